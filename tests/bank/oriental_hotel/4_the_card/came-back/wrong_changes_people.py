# The columns are written into the table that was handed in.
# points: came-back-each-once 0
def came_back(people, stays):
    both = people[["guest_id", "start_on"]].merge(stays, on="guest_id")
    days = (both["arrived_on"] - both["start_on"]).dt.days
    inside = both[(days >= 0) & (days < 365)]
    margin = inside.groupby("guest_id")["margin_cents"].sum()
    people["returned"] = people["guest_id"].isin(inside["guest_id"])
    people["margin_cents"] = people["guest_id"].map(margin).fillna(0)
    return people
