# Another route: feed them day by day; the two parts of the error one by one.
def run_out(stock_ge, filled_on, rate_ge, se_ge, day_sd):
    left, day = stock_ge, filled_on
    while left >= rate_ge:
        left, day = left - rate_ge, day + pd.DateOffset(days=1)
    days = (day - filled_on).days + left / rate_ge
    by_rate, by_days = days * se_ge / rate_ge, days**0.5 * day_sd / rate_ge
    return {"sd_days": math.hypot(by_rate, by_days), "empty_on": day, "days": days}
