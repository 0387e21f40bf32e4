# Another route: a Series, numbered from 0 as the rows are.
def by_month(demand, season, rooms, year):
    t = pd.DataFrame({"month": range(1, 13)})
    days = [pd.Timestamp(year, month, 1).days_in_month for month in t["month"]]
    t["offered"] = [rooms * n for n in days]
    t["wanted"] = demand * pd.Series(season) / sum(season)
    t["sold"] = t[["wanted", "offered"]].min(axis=1)
    t["turned_away"] = t["wanted"] - t["sold"]
    t["occupancy"] = t["sold"] / t["offered"]
    return t
