# 90 % of the jars may be dry.
# points: delivery-day-last-safe 0
# points: delivery-day-whole-list 0
# points: delivery-day-overdue 0
def delivery_day(chances, filled_on, today, service):
    n = 0
    while n + 1 < len(chances) and chances[n + 1] <= service:
        n += 1
    return max(filled_on + pd.Timedelta(days=n), today)
