# A row for each arm of each group.
# points: effect-by-group-rows 0
def effect_by_group(outcomes):
    shares = outcomes.groupby(["group", "arm"])["returned"].mean()
    return shares.rename("effect").reset_index()
