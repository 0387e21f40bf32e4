# Only this year and the next are tried.
# points: post-on-turn-of-the-year 0
def post_on(born_on, home, day):
    for year in (day.year, day.year + 1):
        birthday = born_on + pd.DateOffset(years=year - born_on.year)
        posted = birthday - pd.Timedelta(days=POST_DAYS[home])
        if posted >= day:
            return posted
    return pd.NaT
