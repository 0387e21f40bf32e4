# points: coverage-share 0
# points: coverage-both-errors 0
def coverage(estimates, later, day_sd, level):
    both = estimates.merge(later, on="household_id")
    z = NormalDist().inv_cdf(level)
    width = z * (both["se_ge"] ** 2 + day_sd**2 / both["days"]) ** 0.5
    return float(((both["mean_ge"] - both["rate_ge"]).abs() <= width).mean())
