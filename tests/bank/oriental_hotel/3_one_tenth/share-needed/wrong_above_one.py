# A share above 1 is returned as it is.
# points: share-needed-share 0
def share_needed(rooms, old_guests, visits, nights, party, full=1.0, days=365):
    return full * rooms * days * party / (old_guests * visits * nights)
