# points: score-dry-share 0
# points: score-left 0
# points: score-days 0
def score(plan, afterwards):
    return {"dry_share": 0.25, "left_ge": 25, "days": 3.75}
