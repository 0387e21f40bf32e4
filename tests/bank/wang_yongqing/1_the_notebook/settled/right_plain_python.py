# Another route: dictionaries by paper; other column order, floats.
def settled(slips):
    papers, latest = {}, {}
    for row in slips.to_dict("records"):
        number = row["paper_no"]
        if row["kind"] == "correction":
            known, _ = latest.get(row["corrects"], (0, 0))
            if number > known:
                latest[row["corrects"]] = number, row["rice_ge"]
        else:
            papers[number] = row
    rows = []
    for number in sorted(papers, reverse=True):
        row = papers[number]
        _, ge = latest.get(number, (0, row["rice_ge"]))
        if ge != 0:
            rows.append(
                {
                    "in_jar_ge": row["in_jar_ge"],
                    "poured_ge": float(ge),
                    "kind": row["kind"],
                    "delivered_on": row["written_on"],
                    "household_id": row["household_id"],
                    "paper_no": number,
                    "name": row["name"],
                }
            )
    return pd.DataFrame(rows)
