# Another route: groupby and var.
def effect(trial):
    arms = trial.assign(returned=trial["returned"].astype(int)).groupby("arm")
    n, p = arms["returned"].size(), arms["returned"].mean()
    v = (p * (1 - p) / n).sum() ** 0.5
    gap = p["card"] - p["no card"]
    return {
        "low": gap - 1.96 * v,
        "high": gap + 1.96 * v,
        "effect": gap,
        "share_card": p["card"],
        "share_none": p["no card"],
        "n_card": n["card"],
        "n_none": n["no card"],
    }
