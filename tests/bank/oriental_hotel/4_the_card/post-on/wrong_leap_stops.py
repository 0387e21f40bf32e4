# Stops at a birthday on 29 February.
# points: post-on-turn-of-the-year 0
def post_on(born_on, home, day):
    for year in range(day.year, day.year + 3):
        birthday = born_on.replace(year=year)
        posted = birthday - pd.Timedelta(days=POST_DAYS[home])
        if posted >= day:
            return posted
