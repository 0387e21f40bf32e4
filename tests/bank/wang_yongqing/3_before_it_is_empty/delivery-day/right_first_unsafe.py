# Another route: the first day that is not safe, and the one before.
def delivery_day(chances, filled_on, today, service):
    risky = [n for n, chance in enumerate(chances) if n and chance > 1 - service]
    last = risky[0] - 1 if risky else len(chances) - 1
    days = pd.date_range(filled_on, periods=last + 1)
    return sorted([days[-1], today])[1]
