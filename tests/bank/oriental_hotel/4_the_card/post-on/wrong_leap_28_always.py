# A birthday of 29 February is kept on the 28th in every year.
# points: post-on-turn-of-the-year 0
def post_on(born_on, home, day):
    for year in range(day.year, day.year + 3):
        birthday = pd.Timestamp(
            year, born_on.month, min(born_on.day, 28 if born_on.month == 2 else 31)
        )
        posted = birthday - pd.Timedelta(days=POST_DAYS[home])
        if posted >= day:
            return posted
