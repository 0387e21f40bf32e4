# Rounded down to whole cents, far from it below 0.
# points: break-even-price 0
def break_even(with_orchids, without, price_cents):
    if with_orchids["cards"] == 0:
        return None
    gain = with_orchids["profit_cents"] - without["profit_cents"]
    return price_cents + gain // with_orchids["cards"]
