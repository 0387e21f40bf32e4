# points: chance-dry-normal 0
def chance_dry(stock_ge, n, rate_ge, se_ge, day_sd):
    if n == 0:
        return 0.0
    sd = math.sqrt(n * day_sd**2)
    return 1 - NormalDist(n * rate_ge, sd).cdf(stock_ge)
