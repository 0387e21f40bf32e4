# The profit is read off the table, which was reckoned with the shop's own prices.
# points: where-it-went-adds-up 0
def where_it_went(days, price_cents, cost_cents, wage_cents):
    return {
        "margin": days["sold_ge"].sum() * (price_cents - cost_cents),
        "wages": -days["minutes"].sum() * wage_cents,
        "interest": -(days["credit_cents"] // 2000).sum(),
        "lost": -days["lost_cents"].sum(),
        "profit": days["profit_cents"].sum(),
    }
