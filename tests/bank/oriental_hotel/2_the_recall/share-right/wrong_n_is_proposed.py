# The breakfasts without a proposal are not counted at all.
# points: share-counts 0
def share_right(breakfasts, meals):
    n_proposed = n_right = 0
    for row in breakfasts.itertuples():
        seat = recall(row.guest_id, row.happened_on, "morning", meals)["seat"]
        if seat is not None:
            n_proposed += 1
            n_right += seat == row.seat
    return {
        "n": n_proposed,
        "n_proposed": n_proposed,
        "share_right": n_right / n_proposed if n_proposed else None,
    }
