# Another route: a range of days, and conditions on all of them.
def next_payday(trade, day):
    days = pd.date_range(day, periods=40)
    pays = {
        "daily": days.day > 0,
        "weekly": days.day_name() == "Saturday",
        "monthly": days.day.isin([trade["payday"]]),
        "twice a month": days.day.isin([trade["payday"], trade["payday_2"]]),
    }
    return days[pays[trade["pay"]]][0]
