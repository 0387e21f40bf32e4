# The others are compared, not the group.
# points: effect-by-group-rows 0
def effect_by_group(outcomes):
    rows = []
    for name in outcomes["group"].unique():
        rows.append({"group": name, **effect(outcomes[outcomes["group"] != name])})
    return pd.DataFrame(rows)
