# The payday of this month, even if it is over.
# points: next-payday-of-the-month 0
def next_payday(trade, day):
    if trade["pay"] == "daily":
        return day
    if trade["pay"] == "weekly":
        return day + pd.Timedelta(days=(5 - day.weekday()) % 7)
    found = day.replace(day=int(trade["payday"]))
    if trade["pay"] == "twice a month" and found < day:
        found = day.replace(day=int(trade["payday_2"]))
    return found
