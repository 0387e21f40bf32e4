# Guests who share a room are counted as more rooms.
# points: fills-visits-and-party 0
def fills(rooms, old_guests, share_back, visits, nights, party, days=365):
    return old_guests * share_back * visits * nights * party / (rooms * days)
