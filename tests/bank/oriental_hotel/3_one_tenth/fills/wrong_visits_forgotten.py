# Whoever comes back comes once.
# points: fills-visits-and-party 0
def fills(rooms, old_guests, share_back, visits, nights, party, days=365):
    return old_guests * share_back * nights / party / (rooms * days)
