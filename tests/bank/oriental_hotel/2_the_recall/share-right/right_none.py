# Another route: filter first, then compare.
def share_right(breakfasts, meals):
    pairs = []
    for row in breakfasts.to_dict("records"):
        said = recall(row["guest_id"], row["happened_on"], "morning", meals)
        pairs.append((said["seat"], row["seat"]))
    proposed = [(said, sat) for said, sat in pairs if said is not None]
    right = sum(said == sat for said, sat in proposed)
    share = float("nan") if not proposed else right / len(proposed)
    return {"n": len(pairs), "n_proposed": len(proposed), "share_right": share}
