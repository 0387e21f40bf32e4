# Whose birthday is not known gets orchids in October: most of the guests.
# points: my-policy-first-level 0
# points: my-policy-second-level 0
# points: my-policy-third-level 0
# points: my-policy-short-form 0
def my_policy(view):
    on_the_day = hotel.arrival(view) % 12 == view.birthday
    october = view.month % 12 == 9
    return hotel.Plan(
        note=hotel.ALL & ~view.noted,
        brief=view.noted & view.told,
        card=np.where(view.birthday < 0, october, on_the_day),
    )
