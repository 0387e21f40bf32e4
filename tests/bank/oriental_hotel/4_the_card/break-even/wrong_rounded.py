# Rounded to whole guests in a hundred.
# points: break-even-effect 0
def break_even(cost_cents, margin_cents):
    return round(cost_cents / margin_cents, 2) if margin_cents > 0 else None
