# The margins are taken in their own order, not by the name of the group.
# points: worth-gain 0
# points: worth-verdict 0
def worth(effects, margins, cost_cents):
    rows = []
    for line, margin in zip(effects.itertuples(), dict(margins).values(), strict=False):
        needed = break_even(cost_cents, margin)
        rows.append(
            {
                "group": line.group,
                "needed": needed,
                "gain_cents": line.effect * margin - cost_cents,
                "verdict": verdict(line.low, line.high, needed),
            }
        )
    return pd.DataFrame(rows)
