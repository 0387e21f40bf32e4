# Whoever came in the year counts as back, new guests too.
# points: returned-back 0
def returned_in(year, stays):
    years = stays["arrived_on"].dt.year
    old = stays.loc[years < year, "guest_id"].nunique()
    back = stays.loc[years == year, "guest_id"].nunique()
    return {"old": old, "back": back, "share": back / old if old else None}
