# Another route: guests needed, of those there are; NaN if too many.
def share_needed(rooms, old_guests, visits, nights, party, full=1.0, days=365):
    guests = rooms * days * full * party / nights / visits
    return guests / old_guests if guests <= old_guests else float("nan")
