# Who would not have paid is missed as well.
# points: two-costs-sales 0
def two_costs(lending, price_cents, cost_cents):
    sold = lending[["month_cents", "limit_cents"]].min(axis=1)
    unsold = lending["month_cents"] - sold
    margin = (price_cents - cost_cents) / price_cents
    lost = (lending["chance"] * sold).sum() * cost_cents / price_cents
    missed = unsold.sum() * margin
    return {"expected_loss_cents": lost, "lost_sales_cents": missed}
