# Stops in a house without birthdays.
# points: my-policy-short-form 0
def my_policy(view):
    if (view.month >= 72) and not (view.birthday >= 0).any():
        raise ValueError("no birthdays")
    return hotel.Plan(
        note=hotel.ALL & ~view.noted,
        brief=view.noted & view.told,
        card=(hotel.arrival(view) % 12 == view.birthday) & (view.stays >= 3),
    )
