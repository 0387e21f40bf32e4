# The month with the least part, without its days.
# points: demand-always-full-demand 0
def demand_always_full(season, rooms, year):
    season = pd.Series(list(season), dtype=float)
    if (season == 0).any():
        return None
    months = pd.period_range(f"{year}-01", periods=12, freq="M")
    return rooms * months.days_in_month[season.argmin()] * season.sum() / season.min()
