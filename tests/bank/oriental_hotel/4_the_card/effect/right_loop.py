# Another route: counted by hand, without pandas.
def effect(outcomes):
    n, back = {"card": 0, "no card": 0}, {"card": 0, "no card": 0}
    for row in outcomes.to_dict("records"):
        n[row["arm"]] += 1
        back[row["arm"]] += bool(row["returned"])
    share = {arm: back[arm] / n[arm] for arm in n}
    part = [share[arm] - share[arm] ** 2 for arm in ("card", "no card")]
    half = 1.96 * (part[0] / n["card"] + part[1] / n["no card"]) ** (1 / 2)
    gap = share["card"] - share["no card"]
    found = {"effect": gap, "low": gap - half, "high": half + gap}
    found |= {"n_card": n["card"], "share_card": share["card"]}
    return found | {"n_none": n["no card"], "share_none": share["no card"]}
