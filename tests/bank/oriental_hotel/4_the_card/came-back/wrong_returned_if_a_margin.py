# Whoever left something has returned: a stay that left nothing is overlooked.
# points: came-back-window 0
def came_back(people, stays):
    both = people[["guest_id", "start_on"]].merge(stays, on="guest_id")
    days = (both["arrived_on"] - both["start_on"]).dt.days
    inside = both[(days >= 0) & (days < 365)]
    margin = inside.groupby("guest_id")["margin_cents"].sum()
    margin = people["guest_id"].map(margin).fillna(0)
    return people.assign(returned=margin > 0, margin_cents=margin)
