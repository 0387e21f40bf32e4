# Stays are counted, not guests.
# points: returned-back 0
def returned_in(year, stays):
    first_year = stays.groupby("guest_id")["arrived_on"].min().dt.year
    old = set(first_year.index[first_year < year])
    came = set(stays.loc[stays["arrived_on"].dt.year == year, "guest_id"])
    back = int(
        (stays["guest_id"].isin(old) & (stays["arrived_on"].dt.year == year)).sum()
    )
    return {"old": len(old), "back": back, "share": back / len(old) if old else None}
