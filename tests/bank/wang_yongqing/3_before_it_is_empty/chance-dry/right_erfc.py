# Another route: the error function.
def chance_dry(stock_ge, n, rate_ge, se_ge, day_sd):
    spare = stock_ge - n * rate_ge
    if not n:
        return 0
    sd = math.hypot(n * se_ge, math.sqrt(n) * day_sd)
    return math.erfc(spare / (sd * math.sqrt(2))) / 2
