# points: run-out-error 0
def run_out(stock_ge, filled_on, rate_ge, se_ge, day_sd):
    days = stock_ge / rate_ge
    sd_eaten = math.sqrt(days * day_sd**2)
    return {
        "days": days,
        "sd_days": sd_eaten / rate_ge,
        "empty_on": filled_on + pd.Timedelta(days=math.floor(days)),
    }
