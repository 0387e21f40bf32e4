# Another route: the days that a trade has, None left out.
def next_payday(trade, day):
    days = [one for one in (trade["payday"], trade["payday_2"]) if one is not None]
    while not (
        trade["pay"] == "daily"
        or day.day in days
        or (trade["pay"] == "weekly" and day.weekday() == 5)
    ):
        day += pd.Timedelta(days=1)
    return day
