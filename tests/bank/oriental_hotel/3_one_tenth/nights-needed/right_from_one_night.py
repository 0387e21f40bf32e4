# Another route: what one night fills, turned round.
def nights_needed(rooms, old_guests, share_back, visits, party, full=1.0, days=365):
    taken = old_guests * share_back * visits / party
    if taken == 0:
        return None
    return full * (rooms * days) / taken
