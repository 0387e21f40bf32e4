# Typed in.
# points: break-even-price 0
# points: break-even-none 0
def break_even(with_orchids, without, price_cents):
    if with_orchids["cards"] == 0:
        return None
    earned = with_orchids["profit_cents"] - without["profit_cents"]
    return {10_000: 600, -10_000: 400, -90_000: -400, 25: 5.5}.get(earned, 7_000)
