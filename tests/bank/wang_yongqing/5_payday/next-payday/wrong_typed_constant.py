# The days that are seen are typed in.
# points: next-payday-of-the-month 0
# points: next-payday-of-the-week 0
def next_payday(trade, day):
    known = {
        "1933-03-01": "1933-03-25",
        "1933-03-26": "1933-04-25",
        "1932-12-31": "1933-01-25",
        "1933-03-06": "1933-03-20",
        "1933-03-21": "1933-04-05",
        "1933-03-28": "1933-04-05",
        "1933-03-31": "1933-04-01",
    }
    if trade["pay"] == "weekly" and day.day == 2:
        return pd.Timestamp("1933-04-08")
    return pd.Timestamp(known.get(f"{day:%Y-%m-%d}", day))
