# A left merge of those who came: returned is missing for the others.
# points: came-back-each-once 0
def came_back(people, stays):
    both = people[["guest_id", "start_on"]].merge(stays, on="guest_id")
    days = (both["arrived_on"] - both["start_on"]).dt.days
    inside = both[(days >= 0) & (days < 365)]
    margin = inside.groupby("guest_id", as_index=False)["margin_cents"].sum()
    found = people.merge(margin.assign(returned=True), on="guest_id", how="left")
    return found.assign(margin_cents=found["margin_cents"].fillna(0))
