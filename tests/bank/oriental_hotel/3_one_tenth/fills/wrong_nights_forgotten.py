# Visits are compared with room-nights.
# points: fills-simple 0
# points: fills-visits-and-party 0
# points: fills-days 0
def fills(rooms, old_guests, share_back, visits, nights, party, days=365):
    return old_guests * share_back * visits / party / (rooms * days)
