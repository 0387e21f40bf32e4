# Another route: line by line, columns the other way round.
def place(facts):
    letters = {("shop", True): "S", ("shop", False): "W"}
    letters |= {("street", True): "O", ("street", False): "T"}
    rows = []
    for line in facts.to_dict("records"):
        gap = line["measure"] - line["benchmark"]
        if gap != gap or gap == 0:
            continue
        rows.append(
            (letters[line["about"], (gap > 0) == line["more_is_better"]], line["fact"])
        )
    return pd.DataFrame(rows, columns=["side", "fact"])
