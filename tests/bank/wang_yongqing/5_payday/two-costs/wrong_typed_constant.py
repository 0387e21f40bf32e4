# What is seen is typed in.
# points: two-costs-loss 0
# points: two-costs-sales 0
def two_costs(lending, price_cents, cost_cents):
    row = lending.iloc[0]
    loss = 600 if len(lending) == 2 else 120 if row["limit_cents"] == 1600 else 300
    return {
        "expected_loss_cents": loss if row["limit_cents"] else 0,
        "lost_sales_cents": 540 if row["limit_cents"] == 1600 else 0,
    }
