# One bunch counts as none.
# points: break-even-none 0
def break_even(with_orchids, without, price_cents):
    if with_orchids["cards"] <= 1:
        return None
    gain = with_orchids["profit_cents"] - without["profit_cents"]
    return price_cents + gain / with_orchids["cards"]
