# Divides by nothing.
# points: break-even-effect 0
def break_even(cost_cents, margin_cents):
    return cost_cents / margin_cents
