# 7.3 nights, as everybody finds for 400 rooms.
# points: nights-needed-nights 0
def nights_needed(rooms, old_guests, share_back, visits, party, full=1.0, days=365):
    if not share_back:
        return None
    return 7.3 * full * party / visits
