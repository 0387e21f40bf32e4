# Another route: a merge with the stays, a query, grouped.
def hand_on(notes, stays, role, day):
    both = notes.merge(stays, on="guest_id")
    first = day - pd.DateOffset(years=2)
    both = both.query(
        "arrived_on <= @day and left_on >= @day and noted_on < @day"
        " and noted_on >= @first"
    )
    both = both[both["purpose"].eq(SERVES.get(role, ""))]
    slip = both.groupby(["guest_id", "note"], as_index=False).size()
    return slip.drop(columns="size")
