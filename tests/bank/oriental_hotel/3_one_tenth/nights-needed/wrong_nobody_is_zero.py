# Nobody comes back: 0 nights.
# points: nights-needed-nights 0
def nights_needed(rooms, old_guests, share_back, visits, party, full=1.0, days=365):
    guests = old_guests * share_back * visits
    return full * rooms * days * party / guests if guests else 0
