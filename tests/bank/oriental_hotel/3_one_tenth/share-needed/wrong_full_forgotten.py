# It is always the whole hotel.
# points: share-needed-share 0
def share_needed(rooms, old_guests, visits, nights, party, full=1.0, days=365):
    if not old_guests:
        return None
    share = rooms * days * party / (old_guests * visits * nights)
    return share if share <= 1 else None
