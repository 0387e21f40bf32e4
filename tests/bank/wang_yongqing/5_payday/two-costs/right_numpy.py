# Another route: numpy and dot products.
def two_costs(lending, price_cents, cost_cents):
    import numpy as np

    month, most, p = lending[["month_cents", "limit_cents", "chance"]].to_numpy(float).T
    sold = np.minimum(month, most)
    share = cost_cents / price_cents
    return {
        "expected_loss_cents": share * (p @ sold),
        "lost_sales_cents": (1 - share) * ((1 - p) @ (month - sold)),
    }
