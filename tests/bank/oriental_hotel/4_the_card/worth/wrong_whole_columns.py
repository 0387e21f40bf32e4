# Whole columns are handed to functions that take one number.
# points: worth-gain 0
# points: worth-verdict 0
def worth(effects, margins, cost_cents):
    margin = effects["group"].map(dict(margins))
    needed = break_even(cost_cents, margin)
    return pd.DataFrame(
        {
            "group": effects["group"],
            "needed": needed,
            "gain_cents": effects["effect"] * margin - cost_cents,
            "verdict": verdict(effects["low"], effects["high"], needed),
        }
    )
