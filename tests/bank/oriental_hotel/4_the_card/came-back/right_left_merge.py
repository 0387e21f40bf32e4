# Another route: a left merge and a sum; the guests as index, kept.
def came_back(people, stays):
    few = stays[["guest_id", "arrived_on", "margin_cents"]]
    both = people.merge(few, on="guest_id", how="left")
    end = both["start_on"] + pd.DateOffset(days=365)
    ok = both["arrived_on"].ge(both["start_on"]) & both["arrived_on"].lt(end)
    both["margin_cents"] = both["margin_cents"].where(ok, 0).astype(int)
    both["returned"] = ok
    found = both.groupby("guest_id").agg({"returned": "any", "margin_cents": "sum"})
    return people.join(found, on="guest_id")
