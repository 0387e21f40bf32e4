# Deviations from the street's rate, not the household's own.
# points: day-sd-of-the-street 0
def day_sd(spans):
    grouped = spans.groupby("household_id")
    own = spans["eaten_ge"].sum() / spans["days"].sum()
    rate = spans["eaten_ge"] / spans["days"]
    freedom = len(spans) - spans["household_id"].nunique()
    return (spans["days"] * (rate - own) ** 2).sum() ** 0.5 / freedom**0.5
