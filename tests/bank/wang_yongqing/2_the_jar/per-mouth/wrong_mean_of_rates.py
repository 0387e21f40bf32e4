# points: per-mouth-own-rates 0
def per_mouth(spans, households):
    sums = spans.groupby("household_id")[["days", "eaten_ge"]].sum()
    sums = sums[sums["days"] >= 40].reset_index()
    rates = (spans["eaten_ge"] / spans["days"]).groupby(spans["household_id"]).mean()
    known = sums.merge(households, on="household_id")
    mouths = known[["adults", "children"]].to_numpy(dtype=float)
    own_rate = known["household_id"].map(rates).to_numpy(dtype=float)
    adult_ge, child_ge = np.linalg.lstsq(mouths, own_rate)[0]
    return adult_ge, child_ge
