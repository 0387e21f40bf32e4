# Another route: an exact fraction; the line through two prices.
def break_even(with_orchids, without, price_cents):
    from fractions import Fraction

    if not with_orchids["cards"]:
        return
    at_price = with_orchids["profit_cents"] - without["profit_cents"]
    at_nothing = at_price + with_orchids["cards"] * price_cents
    return Fraction(at_nothing, with_orchids["cards"])
