# Another route: intervals as columns, by index.
def coverage(estimates, later, day_sd, level):
    table = estimates.set_index("household_id").join(
        later.set_index("household_id"), how="inner"
    )
    z = -NormalDist().inv_cdf((1 - level) / 2)
    error = np.sqrt(table["se_ge"].pow(2) + np.square(day_sd) / table["days"])
    low, high = table["rate_ge"] - z * error, table["rate_ge"] + z * error
    return table["mean_ge"].between(low, high).mean()
