# Safe days are counted, wherever they stand.
# points: delivery-day-whole-list 0
def delivery_day(chances, filled_on, today, service):
    safe = sum(chance <= 1 - service for chance in chances)
    return max(filled_on + pd.Timedelta(days=safe - 1), today)
