# Each group gets the effect of the whole trial.
# points: effect-by-group-rows 0
def effect_by_group(outcomes):
    names = sorted(outcomes["group"].unique())
    return pd.DataFrame([{"group": name, **effect(outcomes)} for name in names])
