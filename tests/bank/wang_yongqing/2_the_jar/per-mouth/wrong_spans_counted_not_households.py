# points: per-mouth-own-rates 0
# Each span is a row of its own: households with many looks count more.
def per_mouth(spans, households):
    known = spans.merge(households, on="household_id")
    watched = known.groupby("household_id")["days"].transform("sum")
    known = known[watched >= 40]
    mouths = known[["adults", "children"]].to_numpy(dtype=float)
    return tuple(np.linalg.lstsq(mouths, known["eaten_ge"] / known["days"])[0])
