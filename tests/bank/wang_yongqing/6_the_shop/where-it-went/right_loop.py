# Another route: day by day, plain Python, other order of the keys.
def where_it_went(days, price_cents, cost_cents, wage_cents):
    back = dict.fromkeys(("lost", "interest", "wages", "margin", "profit"), 0)
    for row in days.to_dict("records"):
        parts = {
            "margin": row["sold_ge"] * price_cents - row["sold_ge"] * cost_cents,
            "wages": -row["minutes"] * wage_cents,
            "interest": -int(row["credit_cents"] / 2000),
            "lost": -row["lost_cents"],
        }
        for key, cents in parts.items():
            back[key] += cents
            back["profit"] += cents
    return back
