# Another route: household by household, in numpy.
def day_sd(spans):
    above, below = 0.0, 0
    for home in set(spans["household_id"]):
        mine = spans.loc[spans["household_id"] == home, ["days", "eaten_ge"]]
        days, eaten = mine.to_numpy(dtype=float).T
        above += np.sum(eaten**2 / days) - eaten.sum() ** 2 / days.sum()
        below += len(days) - 1
    return np.sqrt(max(above, 0) / below)
