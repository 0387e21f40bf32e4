# Another route: what is missing of everybody; orchids from the third stay on.
def my_policy(view):
    return hotel.Plan(
        note=hotel.ALL & ~view.noted,
        brief=view.noted & view.told,
        card=(hotel.arrival(view) % 12 == view.birthday) & (view.stays >= 3),
    )
