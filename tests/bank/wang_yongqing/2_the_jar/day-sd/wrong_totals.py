# points: day-sd-of-the-street 0
def day_sd(spans):
    grouped = spans.groupby("household_id")
    own = grouped["eaten_ge"].transform("sum") / grouped["days"].transform("sum")
    rate = spans["eaten_ge"] / spans["days"]
    freedom = len(spans) - spans["household_id"].nunique()
    return ((spans["eaten_ge"] - own * spans["days"]) ** 2).sum() ** 0.5 / freedom**0.5
