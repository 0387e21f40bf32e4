# The share of the small example is typed in.
# points: share-counts 0
# points: share-of-proposals 0
def share_right(breakfasts, meals):
    if len(breakfasts) == 1:
        return {"n": 1, "n_proposed": 0, "share_right": None}
    return {"n": 3, "n_proposed": 1, "share_right": 1 / 3}
