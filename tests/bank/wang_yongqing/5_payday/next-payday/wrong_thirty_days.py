# A month is taken to be thirty days.
# points: next-payday-of-the-month 0
def next_payday(trade, day):
    if trade["pay"] == "daily":
        return day
    if trade["pay"] == "weekly":
        return day + pd.Timedelta(days=(5 - day.weekday()) % 7)
    days = [trade["payday"]]
    if trade["pay"] == "twice a month":
        days.append(trade["payday_2"])
    return min(day + pd.Timedelta(days=(int(one) - day.day) % 30) for one in days)
