# The sign of the gain is the verdict.
# points: worth-verdict 0
def worth(effects, margins, cost_cents):
    rows = []
    for line in effects.itertuples():
        needed = break_even(cost_cents, margins[line.group])
        rows.append(
            {
                "group": line.group,
                "needed": needed,
                "gain_cents": line.effect * margins[line.group] - cost_cents,
                "verdict": "pays" if line.effect > needed else "does not pay",
            }
        )
    return pd.DataFrame(rows)
