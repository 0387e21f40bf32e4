# Another route: the average day instead of the sum; the lower side of what is spare.
def chance_dry(stock_ge, n, rate_ge, se_ge, day_sd):
    if n < 1:
        return 0.0
    average = NormalDist(mu=rate_ge, sigma=(se_ge**2 + day_sd**2 / n) ** 0.5)
    z = (average.mean - stock_ge / n) / average.stdev
    return NormalDist().cdf(z)
