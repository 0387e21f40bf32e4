# points: delivery-day-overdue 0
def delivery_day(chances, filled_on, today, service):
    n = 0
    while n + 1 < len(chances) and chances[n + 1] <= 1 - service:
        n += 1
    return today + pd.Timedelta(days=n)
