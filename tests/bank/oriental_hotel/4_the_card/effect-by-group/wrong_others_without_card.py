# Each group with a card against all guests without.
# points: effect-by-group-rows 0
def effect_by_group(outcomes):
    rows = []
    for name in outcomes["group"].unique():
        mine = (outcomes["group"] == name) | (outcomes["arm"] == "no card")
        rows.append({"group": name, **effect(outcomes[mine])})
    return pd.DataFrame(rows)
