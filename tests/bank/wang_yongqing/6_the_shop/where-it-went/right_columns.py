# Another route: columns in a new table, profit from its own column.
def where_it_went(days, price_cents, cost_cents, wage_cents):
    table = pd.DataFrame(
        {
            "profit": days["profit_cents"],
            "margin": days["sold_ge"].mul(price_cents - cost_cents),
            "wages": days["minutes"].mul(-wage_cents),
            "interest": -days["credit_cents"].floordiv(2000),
            "lost": -days["lost_cents"],
        }
    )
    return table.sum().to_dict()
