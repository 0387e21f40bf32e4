# The three groups of the trial are typed in.
# points: effect-by-group-rows 0
def effect_by_group(outcomes):
    rows = []
    for name in ("away", "recent", "regular"):
        rows.append({"group": name, **effect(outcomes[outcomes["group"] == name])})
    return pd.DataFrame(rows)
