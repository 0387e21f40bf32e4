# Another route: NaN where no effect is enough.
def break_even(cost_cents, margin_cents):
    if not margin_cents > 0:
        return float("nan")
    return float(cost_cents) / float(margin_cents)
