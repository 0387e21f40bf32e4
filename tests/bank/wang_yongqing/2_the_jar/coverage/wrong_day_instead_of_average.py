# The error of one day, not of the average.
# points: coverage-share 0
# points: coverage-both-errors 0
def coverage(estimates, later, day_sd, level):
    both = estimates.merge(later, on="household_id")
    z = NormalDist().inv_cdf((1 + level) / 2)
    width = z * (both["se_ge"] ** 2 + day_sd**2) ** 0.5
    return float(((both["mean_ge"] - both["rate_ge"]).abs() <= width).mean())
