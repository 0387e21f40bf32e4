# A table from a list of dictionaries: without rows it has no columns.
# points: place-neither 0
def place(facts):
    rows = []
    for line in facts.dropna().to_dict("records"):
        gap = line["measure"] - line["benchmark"]
        if gap:
            helps = (gap > 0) == line["more_is_better"]
            letters = ("S", "W") if line["about"] == "shop" else ("O", "T")
            rows.append({"fact": line["fact"], "side": letters[not helps]})
    return pd.DataFrame(rows)
