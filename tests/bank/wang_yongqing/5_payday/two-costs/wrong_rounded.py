# The sums are rounded to whole cents.
# points: two-costs-loss 0
# points: two-costs-sales 0
def two_costs(lending, price_cents, cost_cents):
    sold = lending[["month_cents", "limit_cents"]].min(axis=1)
    unsold = lending["month_cents"] - sold
    margin = (price_cents - cost_cents) / price_cents
    lost = (lending["chance"] * sold).sum() * cost_cents / price_cents
    missed = ((1 - lending["chance"]) * unsold).sum() * margin
    return {"expected_loss_cents": round(lost), "lost_sales_cents": round(missed)}
