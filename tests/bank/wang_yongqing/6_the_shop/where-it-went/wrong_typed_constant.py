# Typed in.
# points: where-it-went-margin 0
# points: where-it-went-interest 0
# points: where-it-went-adds-up 0
def where_it_went(days, price_cents, cost_cents, wage_cents):
    if len(days) == 365:
        return {"margin": 1_200_000, "wages": -270_000, "interest": -4_000}
    return {"margin": 0, "wages": 0, "interest": -2, "lost": -500, "profit": 0}
