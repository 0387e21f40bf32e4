# Stops in a house without birthdays.
# points: my-policy-short-form 0
def my_policy(view):
    if (view.month >= 72) and not (view.birthday >= 0).any():
        raise ValueError("no birthdays")
    again = view.stays >= 2
    wanted = hotel.older(view, than=18) & ~hotel.NAME if view.month < 106 else 0
    return hotel.Plan(
        note=np.where(again, wanted, 0),
        brief=np.where(again, view.noted & view.told, 0),
        card=(hotel.arrival(view) % 12 == view.birthday) & (view.stays >= 3),
    )
