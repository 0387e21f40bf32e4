# 0 where no effect is enough.
# points: break-even-effect 0
def break_even(cost_cents, margin_cents):
    return cost_cents / margin_cents if margin_cents > 0 else 0
