# All returns are the card's doing.
# points: worth-gain 0
def worth(effects, margins, cost_cents):
    rows = []
    for line in effects.itertuples():
        needed = break_even(cost_cents, margins[line.group])
        rows.append(
            {
                "group": line.group,
                "needed": needed,
                "gain_cents": getattr(line, "share_card", 0.05) * margins[line.group]
                - cost_cents,
                "verdict": verdict(line.low, line.high, needed),
            }
        )
    return pd.DataFrame(rows)
