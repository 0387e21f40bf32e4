# Margin divided by cost.
# points: break-even-effect 0
def break_even(cost_cents, margin_cents):
    return margin_cents / cost_cents if margin_cents > 0 else None
