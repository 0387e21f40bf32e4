# Another route: each month by its place in the list.
def demand_always_full(season, rooms, year):
    if min(season) == 0:
        return None
    days = [pd.Timestamp(year, month, 1).days_in_month for month in range(1, 13)]
    return max(rooms * days[n] * sum(season) / season[n] for n in range(12))
