# A day is forgotten: guests of a year in rooms of a night.
# points: fills-simple 0
# points: fills-visits-and-party 0
# points: fills-days 0
def fills(rooms, old_guests, share_back, visits, nights, party, days=365):
    return old_guests * share_back * visits * nights / party / rooms
