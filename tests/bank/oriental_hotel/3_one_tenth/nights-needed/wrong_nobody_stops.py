# Divides by nothing when nobody comes back.
# points: nights-needed-nights 0
def nights_needed(rooms, old_guests, share_back, visits, party, full=1.0, days=365):
    return full * rooms * days * party / (old_guests * share_back * visits)
