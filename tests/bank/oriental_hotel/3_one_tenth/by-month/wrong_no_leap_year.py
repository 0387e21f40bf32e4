# February always has 28 days.
# points: by-month-offered-and-wanted 0
# points: by-month-sold 0
def by_month(demand, season, rooms, year):
    months = pd.period_range(f"{year}-01", periods=12, freq="M")
    season = pd.Series(list(season), dtype=float)
    table = pd.DataFrame({"month": range(1, 13)})
    table["offered"] = [
        rooms * d for d in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    ]
    table["wanted"] = demand * season / season.sum()
    table["sold"] = table[["offered", "wanted"]].min(axis=1)
    table["turned_away"] = table["wanted"] - table["sold"]
    table["occupancy"] = table["sold"] / table["offered"]
    return table
