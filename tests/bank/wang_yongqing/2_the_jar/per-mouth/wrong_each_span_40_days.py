# points: per-mouth-own-rates 0
def per_mouth(spans, households):
    spans = spans[spans["days"] >= 40]
    sums = spans.groupby("household_id")[["days", "eaten_ge"]].sum()
    sums = sums[sums["days"] >= 40].reset_index()
    known = sums.merge(households, on="household_id")
    mouths = known[["adults", "children"]].to_numpy(dtype=float)
    own_rate = (known["eaten_ge"] / known["days"]).to_numpy(dtype=float)
    adult_ge, child_ge = np.linalg.lstsq(mouths, own_rate)[0]
    return adult_ge, child_ge
