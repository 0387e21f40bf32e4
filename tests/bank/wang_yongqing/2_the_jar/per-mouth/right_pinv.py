# Another route: weighted mean of the spans' rates, pseudo-inverse, an array.
def per_mouth(spans, households):
    def own(group):
        return np.average(group["eaten_ge"] / group["days"], weights=group["days"])

    watched = spans.groupby("household_id")["days"].transform("sum").ge(40)
    rates = {home: own(group) for home, group in spans[watched].groupby("household_id")}
    known = households[households["household_id"].isin(list(rates))]
    x = np.column_stack([known["adults"], known["children"]])
    return np.linalg.pinv(x) @ known["household_id"].map(rates).to_numpy()
