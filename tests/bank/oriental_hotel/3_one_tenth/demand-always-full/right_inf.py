# Another route: days from dates, NaN where a month has no part.
def demand_always_full(season, rooms, year):
    days = pd.date_range(f"{year}-01-01", f"{year}-12-31").month.value_counts()
    days = days.sort_index().reset_index(drop=True)
    parts = pd.Series(list(season)).astype(float)
    if not parts.all():
        return float("nan")
    nights = days * rooms / parts
    return nights.loc[nights.idxmax()] * parts.sum()
