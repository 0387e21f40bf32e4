# Leaves a column of its own in the table that it was given.
# points: where-it-went-adds-up 0
def where_it_went(days, price_cents, cost_cents, wage_cents):
    days["interest"] = days["credit_cents"] // 2000
    found = {
        "margin": days["sold_ge"].sum() * (price_cents - cost_cents),
        "wages": -days["minutes"].sum() * wage_cents,
        "interest": -days["interest"].sum(),
        "lost": -days["lost_cents"].sum(),
    }
    return found | {"profit": sum(found.values())}
