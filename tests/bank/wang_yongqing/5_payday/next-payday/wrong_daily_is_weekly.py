# Who is paid daily is asked on Saturday.
# points: next-payday-of-the-week 0
def next_payday(trade, day):
    while True:
        if trade["pay"] in ("weekly", "daily") and day.weekday() == 5:
            return day
        if trade["pay"] == "monthly" and day.day == trade["payday"]:
            return day
        both = (trade["payday"], trade["payday_2"])
        if trade["pay"] == "twice a month" and day.day in both:
            return day
        day = day + pd.Timedelta(days=1)
