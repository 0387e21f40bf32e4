# Another route: the share is found from one guest in a hundred.
def share_needed(rooms, old_guests, visits, nights, party, full=1.0, days=365):
    one_per_cent = old_guests / 100 * visits * nights / party
    if one_per_cent == 0:
        return None
    per_cent = full * rooms * days / one_per_cent
    return per_cent / 100 if per_cent <= 100 * (1 + 1e-12) else None
