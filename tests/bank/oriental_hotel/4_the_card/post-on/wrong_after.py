# So many days after the birthday.
# points: post-on-days 0
# points: post-on-turn-of-the-year 0
def post_on(born_on, home, day):
    for year in range(day.year, day.year + 3):
        birthday = born_on + pd.DateOffset(years=year - born_on.year)
        posted = birthday + pd.Timedelta(days=POST_DAYS[home])
        if posted >= day:
            return posted
