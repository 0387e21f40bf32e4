# The cost is taken off the margin first.
# points: break-even-effect 0
def break_even(cost_cents, margin_cents):
    return cost_cents / (margin_cents - cost_cents) if margin_cents > 0 else None
