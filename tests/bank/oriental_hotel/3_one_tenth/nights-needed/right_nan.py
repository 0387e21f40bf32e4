# Another route: NaN where no length is enough.
def nights_needed(rooms, old_guests, share_back, visits, party, full=1.0, days=365):
    offered = rooms * days * full
    try:
        return offered / (old_guests * share_back) / visits * party
    except ZeroDivisionError:
        return float("nan")
