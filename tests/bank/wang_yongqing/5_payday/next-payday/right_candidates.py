# Another route: all paydays of two months, the first that is not over.
def next_payday(job, on):
    import datetime

    if job["pay"] == "daily":
        return on.date()
    if job["pay"] == "weekly":
        return on.date() + datetime.timedelta(days=(5 - on.weekday()) % 7)
    days = [job["payday"]]
    if job["pay"] == "twice a month":
        days.append(job["payday_2"])
    first = on.replace(day=1)
    months = [first, first + pd.offsets.MonthBegin(1)]
    found = [month.replace(day=int(one)) for month in months for one in days]
    return min(one for one in found if one >= on).date()
