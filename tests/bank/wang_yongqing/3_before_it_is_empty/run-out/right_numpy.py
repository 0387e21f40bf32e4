# Another route: numpy types, a date range.
import numpy as np


def run_out(stock_ge, filled_on, rate_ge, se_ge, day_sd):
    n = np.float64(stock_ge) / rate_ge
    variance = np.square([n * se_ge, np.sqrt(n) * day_sd]).sum()
    empty_on = pd.date_range(filled_on, periods=int(n) + 1)[-1]
    return dict(days=n, sd_days=np.sqrt(variance) / rate_ge, empty_on=empty_on)
