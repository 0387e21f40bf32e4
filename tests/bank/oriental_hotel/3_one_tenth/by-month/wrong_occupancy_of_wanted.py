# Occupancy is sold as a share of what is wanted.
# points: by-month-sold 0
def by_month(demand, season, rooms, year):
    months = pd.period_range(f"{year}-01", periods=12, freq="M")
    season = pd.Series(list(season), dtype=float)
    table = pd.DataFrame({"month": range(1, 13)})
    table["offered"] = rooms * months.days_in_month
    table["wanted"] = demand * season / season.sum()
    table["sold"] = table[["offered", "wanted"]].min(axis=1)
    table["turned_away"] = table["wanted"] - table["sold"]
    table["occupancy"] = table["sold"] / table["wanted"]
    return table
