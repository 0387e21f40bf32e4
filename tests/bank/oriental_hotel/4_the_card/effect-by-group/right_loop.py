# Another route: a loop over the names; rows backwards.
def effect_by_group(trial):
    rows = []
    for name in sorted(set(trial["group"]), reverse=True):
        row = effect(trial[trial["group"] == name])
        row["group"] = name
        rows.append(row)
    return pd.DataFrame(rows)
