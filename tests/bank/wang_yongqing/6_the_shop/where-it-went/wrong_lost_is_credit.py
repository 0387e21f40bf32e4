# What is owed is taken for lost.
# points: where-it-went-adds-up 0
def where_it_went(days, price_cents, cost_cents, wage_cents):
    found = {
        "margin": days["sold_ge"].sum() * (price_cents - cost_cents),
        "wages": -days["minutes"].sum() * wage_cents,
        "interest": -(days["credit_cents"] // 2000).sum(),
        "lost": -days["credit_cents"].iloc[-1],
    }
    return found | {"profit": sum(found.values())}
