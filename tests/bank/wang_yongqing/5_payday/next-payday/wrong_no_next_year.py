# December is followed by month 13.
# points: next-payday-of-the-month 0
def next_payday(trade, day):
    if trade["pay"] == "daily":
        return day
    if trade["pay"] == "weekly":
        return day + pd.Timedelta(days=(5 - day.weekday()) % 7)
    days = {int(trade["payday"])}
    if trade["pay"] == "twice a month":
        days.add(int(trade["payday_2"]))
    for one in sorted(days):
        if one >= day.day:
            return day.replace(day=one)
    return day.replace(month=day.month + 1, day=min(days))
