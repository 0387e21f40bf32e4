# Party is on the wrong side of the line.
# points: share-needed-share 0
def share_needed(rooms, old_guests, visits, nights, party, full=1.0, days=365):
    if not old_guests:
        return None
    share = full * rooms * days / (old_guests * visits * nights * party)
    return share if share <= 1 else None
