# Means.
# points: where-it-went-margin 0
# points: where-it-went-interest 0
# points: where-it-went-adds-up 0
def where_it_went(days, price_cents, cost_cents, wage_cents):
    found = {
        "margin": days["sold_ge"].mean() * (price_cents - cost_cents),
        "wages": -days["minutes"].mean() * wage_cents,
        "interest": -(days["credit_cents"] // 2000).mean(),
        "lost": -days["lost_cents"].mean(),
    }
    return found | {"profit": sum(found.values())}
