# Another route: the calendar, plain Python, rows from December.
def by_month(demand, season, rooms, year):
    import calendar

    parts = list(season)
    rows = []
    for month in range(12, 0, -1):
        offered = rooms * calendar.monthrange(year, month)[1]
        wanted = demand * parts[month - 1] / sum(parts)
        sold = min(offered, wanted)
        rows.append(
            {
                "occupancy": sold / offered,
                "turned_away": wanted - sold,
                "sold": sold,
                "wanted": wanted,
                "offered": offered,
                "month": month,
            }
        )
    return pd.DataFrame(rows)
