# Another route: returns that a card would have to be.
def break_even(cost_cents, margin_cents):
    cards_per_return = max(margin_cents, 0) / cost_cents
    return 1 / cards_per_return if cards_per_return else None
