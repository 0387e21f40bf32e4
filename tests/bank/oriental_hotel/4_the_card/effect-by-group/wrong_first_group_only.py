# The return stands inside the loop.
# points: effect-by-group-rows 0
def effect_by_group(outcomes):
    for name, part in outcomes.groupby("group"):
        return pd.DataFrame([{"group": name, **effect(part)}])
