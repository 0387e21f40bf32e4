# Only the share is looked at: without old guests it divides by 0.
# points: nights-needed-nights 0
def nights_needed(rooms, old_guests, share_back, visits, party, full=1.0, days=365):
    if share_back == 0:
        return None
    return full * rooms * days * party / (old_guests * share_back * visits)
