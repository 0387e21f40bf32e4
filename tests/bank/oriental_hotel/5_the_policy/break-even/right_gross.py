# Another route: first what the orchids brought before they were paid for.
def break_even(with_orchids, without, price_cents):
    bunches = with_orchids["cards"]
    paid = bunches * price_cents
    brought = with_orchids["profit_cents"] + paid - without["profit_cents"]
    return brought / bunches if bunches else None
