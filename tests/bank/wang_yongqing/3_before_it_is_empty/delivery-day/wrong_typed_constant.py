# points: delivery-day-last-safe 0
# points: delivery-day-whole-list 0
# points: delivery-day-overdue 0
def delivery_day(chances, filled_on, today, service):
    day = {0.9: 8, 0.8: 9, 0.95: 7, 0.99: 5, 0.5: 12}[service]
    return pd.Timestamp(f"1933-04-{day:02d}")
