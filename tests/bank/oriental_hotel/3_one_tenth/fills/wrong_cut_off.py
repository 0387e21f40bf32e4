# The share is cut off at 1.
# points: fills-simple 0
def fills(rooms, old_guests, share_back, visits, nights, party, days=365):
    return min(1, old_guests * share_back * visits * nights / party / (rooms * days))
