# Another route: own rates joined to the spans; a variance with weights.
def day_sd(spans):
    sums = spans.groupby("household_id", as_index=False).agg(
        n=("days", "size"), own_days=("days", "sum"), own_ge=("eaten_ge", "sum")
    )
    both = spans.merge(sums, on="household_id")
    off = both["eaten_ge"] - both["days"] * both["own_ge"] / both["own_days"]
    return float(((off**2 / both["days"]).sum() / (sums["n"] - 1).sum()) ** 0.5)
