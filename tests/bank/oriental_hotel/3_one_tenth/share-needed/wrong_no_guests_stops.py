# Divides by nothing where there are no old guests.
# points: share-needed-share 0
def share_needed(rooms, old_guests, visits, nights, party, full=1.0, days=365):
    share = full * rooms * days * party / (old_guests * visits * nights)
    return share if share <= 1 else None
