# The profit is after paying: the price must be added back.
# points: break-even-price 0
# points: break-even-none 0
def break_even(with_orchids, without, price_cents):
    if with_orchids["cards"] == 0:
        return None
    gain = with_orchids["profit_cents"] - without["profit_cents"]
    return gain / with_orchids["cards"]
