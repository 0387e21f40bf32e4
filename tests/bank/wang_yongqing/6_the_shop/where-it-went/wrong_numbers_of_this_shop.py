# Prices are typed in.
# points: where-it-went-margin 0
# points: where-it-went-adds-up 0
def where_it_went(days, price_cents, cost_cents, wage_cents):
    found = {
        "margin": days["sold_ge"].sum() * 2,
        "wages": -days["minutes"].sum() * 6,
        "interest": -(days["credit_cents"] // 2000).sum(),
        "lost": -days["lost_cents"].sum(),
    }
    return found | {"profit": sum(found.values())}
