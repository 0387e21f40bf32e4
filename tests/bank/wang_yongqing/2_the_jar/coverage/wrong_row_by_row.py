# Rows are put side by side in the order in which they come.
# points: coverage-share 0
# points: coverage-both-errors 0
def coverage(estimates, later, day_sd, level):
    seen = later.drop(columns="household_id").reset_index(drop=True)
    both = estimates.reset_index(drop=True).join(seen)
    z = NormalDist().inv_cdf((1 + level) / 2)
    width = z * (both["se_ge"] ** 2 + day_sd**2 / both["days"]) ** 0.5
    return float(((both["mean_ge"] - both["rate_ge"]).abs() <= width).mean())
