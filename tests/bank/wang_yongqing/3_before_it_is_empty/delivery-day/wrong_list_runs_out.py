# No end of the list is provided for.
# points: delivery-day-whole-list 0
def delivery_day(chances, filled_on, today, service):
    n = 0
    while chances[n + 1] <= 1 - service:
        n += 1
    return max(filled_on + pd.Timedelta(days=n), today)
