# Another route: 1 January, plain loops.
def returned_in(year, register):
    start, end = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
    old, came = set(), set()
    for row in register.to_dict("records"):
        if row["arrived_on"] < start:
            old.add(row["guest_id"])
        elif row["arrived_on"] < end:
            came.add(row["guest_id"])
    both = old.intersection(came)
    share = len(both) / len(old) if len(old) else float("nan")
    return {"share": share, "old": len(old), "back": len(both)}
