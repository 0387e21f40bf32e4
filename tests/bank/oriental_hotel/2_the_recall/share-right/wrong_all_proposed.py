# A proposal is counted for each breakfast, even if it is None.
# points: share-counts 0
# points: share-of-proposals 0
def share_right(breakfasts, meals):
    n_proposed = n_right = 0
    for row in breakfasts.itertuples():
        seat = recall(row.guest_id, row.happened_on, "morning", meals)["seat"]
        if True:
            n_proposed += 1
            n_right += seat == row.seat
    return {
        "n": len(breakfasts),
        "n_proposed": n_proposed,
        "share_right": n_right / n_proposed if n_proposed else None,
    }
