# Only a margin of exactly 0 is thought of.
# points: break-even-effect 0
def break_even(cost_cents, margin_cents):
    return cost_cents / margin_cents if margin_cents else None
