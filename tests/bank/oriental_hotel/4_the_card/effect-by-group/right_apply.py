# Another route: a frame for each group, joined; the name last.
def effect_by_group(outcomes):
    parts = []
    for name in outcomes["group"].unique():
        mine = outcomes.query("group == @name")
        parts.append(pd.DataFrame([effect(mine)], index=[name]))
    return pd.concat(parts).rename_axis("group").reset_index()
