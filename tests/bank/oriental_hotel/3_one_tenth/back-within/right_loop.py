# Another route: stays of each guest in a list.
def back_within(days, as_of, register):
    own = {}
    for row in register.to_dict("records"):
        own.setdefault(row["guest_id"], []).append((row["arrived_on"], row["left_on"]))
    chance = back = 0
    for visits in own.values():
        visits.sort()
        left = visits[0][1]
        if (as_of - left).days >= days:
            chance += 1
            back += len(visits) > 1 and (visits[1][0] - left).days <= days
    return back / chance if chance else None
