# All groups have the mean margin.
# points: worth-gain 0
# points: worth-verdict 0
def worth(effects, margins, cost_cents):
    rows = []
    for line in effects.itertuples():
        needed = break_even(
            cost_cents,
            sum(margins.values()) / len(margins)
            if isinstance(margins, dict)
            else margins.mean(),
        )
        rows.append(
            {
                "group": line.group,
                "needed": needed,
                "gain_cents": line.effect
                * (
                    sum(margins.values()) / len(margins)
                    if isinstance(margins, dict)
                    else margins.mean()
                )
                - cost_cents,
                "verdict": verdict(line.low, line.high, needed),
            }
        )
    return pd.DataFrame(rows)
