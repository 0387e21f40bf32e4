# The margin of our shop, a quarter, is typed in.
# points: two-costs-sales 0
def two_costs(lending, price_cents, cost_cents):
    sold = lending[["month_cents", "limit_cents"]].min(axis=1)
    unsold = lending["month_cents"] - sold
    lost = (lending["chance"] * sold).sum() * cost_cents / price_cents
    missed = ((1 - lending["chance"]) * unsold).sum() * 0.25
    return {"expected_loss_cents": lost, "lost_sales_cents": missed}
