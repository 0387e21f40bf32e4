# Another route: stays counted by guest and year.
def returned_in(year, stays):
    years = stays["arrived_on"].dt.year
    before = stays.loc[years < year, "guest_id"].unique()
    during = stays.loc[years == year, "guest_id"].drop_duplicates()
    back = during.isin(before).sum()
    share = back / before.size if before.size else None
    return {"old": before.size, "back": back, "share": share}
