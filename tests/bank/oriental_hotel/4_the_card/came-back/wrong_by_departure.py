# A stay counts by its departure.
# points: came-back-window 0
# points: came-back-margin 0
def came_back(people, stays):
    both = people[["guest_id", "start_on"]].merge(stays, on="guest_id")
    days = (both["left_on"] - both["start_on"]).dt.days
    inside = both[(days >= 0) & (days < 365)]
    margin = inside.groupby("guest_id")["margin_cents"].sum()
    return people.assign(
        returned=people["guest_id"].isin(inside["guest_id"]),
        margin_cents=people["guest_id"].map(margin).fillna(0),
    )
