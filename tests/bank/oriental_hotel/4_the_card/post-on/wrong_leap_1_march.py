# A birthday of 29 February is kept on 1 March.
# points: post-on-turn-of-the-year 0
def post_on(born_on, home, day):
    for year in range(day.year, day.year + 3):
        birthday = pd.Timestamp(year, born_on.month, 1) + pd.Timedelta(
            days=born_on.day - 1
        )
        posted = birthday - pd.Timedelta(days=POST_DAYS[home])
        if posted >= day:
            return posted
