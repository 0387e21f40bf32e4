# Another route: sorted three times, the last key first.
def urgent_first(houses):
    found = sorted(houses)
    found.sort(key=lambda h: houses[h]["chance_dry"], reverse=True)
    found.sort(key=lambda h: houses[h]["days_left"])
    return tuple(found)
