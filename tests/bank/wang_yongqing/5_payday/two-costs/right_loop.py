# Another route: row by row.
def two_costs(street, price, cost):
    loss = missed = 0.0
    for row in street.to_dict("records"):
        sold = min(row["month_cents"], row["limit_cents"])
        loss += row["chance"] * sold / price * cost
        more = row["month_cents"] - sold
        missed += (1 - row["chance"]) * more * (1 - cost / price)
    return {"lost_sales_cents": missed, "expected_loss_cents": loss}
