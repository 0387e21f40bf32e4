# Months without a part are left out.
# points: demand-always-full-demand 0
def demand_always_full(season, rooms, year):
    season = pd.Series(list(season), dtype=float)
    season = season.where(season > 0)
    months = pd.period_range(f"{year}-01", periods=12, freq="M")
    return (rooms * months.days_in_month / (season / season.sum())).max()
