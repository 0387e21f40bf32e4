# Old stays are counted instead of old guests.
# points: returned-old 0
def returned_in(year, stays):
    first_year = stays.groupby("guest_id")["arrived_on"].min().dt.year
    old = set(first_year.index[first_year < year])
    came = set(stays.loc[stays["arrived_on"].dt.year == year, "guest_id"])
    back = len(old & came)
    return {
        "old": int((stays["arrived_on"].dt.year < year).sum()),
        "back": back,
        "share": back / int((stays["arrived_on"].dt.year < year).sum())
        if old
        else None,
    }
