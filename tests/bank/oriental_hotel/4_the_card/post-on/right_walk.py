# Another route: from day to day until a birthday is so many days off.
def post_on(born_on, home, day):
    lead = pd.Timedelta(days=POST_DAYS[home])
    for n in range(800):
        then = day + pd.Timedelta(days=n) + lead
        short = then.month == 2 and then.day == 28 and not then.is_leap_year
        if (then.month, then.day) == (born_on.month, born_on.day):
            return then - lead
        if short and (born_on.month, born_on.day) == (2, 29):
            return then - lead
