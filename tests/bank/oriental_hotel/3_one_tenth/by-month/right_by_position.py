# Another route: each month by its place in the list.
def by_month(demand, season, rooms, year):
    rows = []
    for month in range(1, 13):
        offered = rooms * pd.Timestamp(year, month, 1).days_in_month
        wanted = demand * season[month - 1] / sum(season)
        sold = min(wanted, offered)
        rows.append([month, offered, wanted, sold, wanted - sold, sold / offered])
    names = ["month", "offered", "wanted", "sold", "turned_away", "occupancy"]
    return pd.DataFrame(rows, columns=names)
