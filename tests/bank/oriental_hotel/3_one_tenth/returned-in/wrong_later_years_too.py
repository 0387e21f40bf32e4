# Who came back later counts as well.
# points: returned-back 0
def returned_in(year, stays):
    first_year = stays.groupby("guest_id")["arrived_on"].min().dt.year
    old = set(first_year.index[first_year < year])
    came = set(stays.loc[stays["arrived_on"].dt.year >= year, "guest_id"])
    back = len(old & came)
    return {"old": len(old), "back": back, "share": back / len(old) if old else None}
