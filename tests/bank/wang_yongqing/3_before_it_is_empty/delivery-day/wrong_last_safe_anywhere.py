# The last safe day of the whole list.
# points: delivery-day-whole-list 0
def delivery_day(chances, filled_on, today, service):
    safe = [n for n, chance in enumerate(chances) if chance <= 1 - service]
    return max(filled_on + pd.Timedelta(days=safe[-1]), today)
