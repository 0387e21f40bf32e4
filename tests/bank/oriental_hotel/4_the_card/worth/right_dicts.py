# Another route: rows as dictionaries.
def worth(effects, margins, cost_cents):
    found = []
    for row in effects.to_dict("records"):
        margin = margins[row["group"]]
        need = break_even(cost_cents, margin)
        found.append({"needed": need, "group": row["group"]})
        found[-1]["verdict"] = verdict(row["low"], row["high"], need)
        found[-1]["gain_cents"] = (row["effect"] - need) * margin
    return pd.DataFrame(found)
