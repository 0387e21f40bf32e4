# Another route: what is missing, and once a year what changes; no orchids at the end.
def my_policy(view):
    again = view.stays >= 2
    changed = hotel.older(view, than=12) & (hotel.MENU | hotel.HEALTH)
    wanted = (hotel.ALL & ~hotel.NAME & ~view.noted) | changed
    day = (hotel.arrival(view) % 12 == view.birthday) & (view.stays >= 3)
    return hotel.Plan(
        note=np.where(again, wanted, 0) if view.month < 106 else 0,
        brief=np.where(again, view.noted & view.told, 0),
        card=day & (view.month < 114),
    )
