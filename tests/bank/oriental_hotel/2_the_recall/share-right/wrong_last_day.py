# The recall is asked once, long afterwards.
# points: share-counts 0
# points: share-of-proposals 0
def share_right(breakfasts, meals):
    n_proposed = n_right = 0
    for row in breakfasts.itertuples():
        seat = recall(row.guest_id, meals["recorded_on"].max(), "morning", meals)[
            "seat"
        ]
        if seat is not None:
            n_proposed += 1
            n_right += seat == row.seat
    return {
        "n": len(breakfasts),
        "n_proposed": n_proposed,
        "share_right": n_right / n_proposed if n_proposed else None,
    }
