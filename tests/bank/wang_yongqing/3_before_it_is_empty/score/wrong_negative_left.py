# Rice that was wanted and not there is taken off.
# points: score-left 0
def score(plan, afterwards):
    both = plan.merge(afterwards, on="household_id")
    before = (both["eaten_on"] >= both["filled_on"]) & (
        both["eaten_on"] < both["come_on"]
    )
    eaten = both[before].groupby("household_id")["eaten_ge"].sum()
    eaten = plan["household_id"].map(eaten).fillna(0)
    left = plan["stock_ge"] - eaten
    return {
        "dry_share": (left < 0).mean(),
        "left_ge": left.mean(),
        "days": (plan["come_on"] - plan["filled_on"]).dt.days.mean(),
    }
