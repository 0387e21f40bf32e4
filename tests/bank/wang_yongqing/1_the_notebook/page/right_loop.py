# Another route: household by household; other row and column order, object dtype.
def page(deliveries, talks, day):
    lines = []
    for home, rows in deliveries.groupby("household_id"):
        rows = rows[rows["delivered_on"] <= day]
        if rows.empty:
            continue
        last_on = rows["delivered_on"].max()
        looks = rows.dropna(subset="in_jar_ge")
        look = looks.loc[looks["delivered_on"].idxmax()] if len(looks) else None
        notes = talks[(talks["household_id"] == home) & ~(talks["noted_on"] > day)]
        note = notes.loc[notes["noted_on"].idxmax()] if len(notes) else None
        lines.append(
            {
                "seen_ge": None if look is None else look["in_jar_ge"],
                "seen_on": None if look is None else look["delivered_on"],
                "last_ge": rows.loc[rows["delivered_on"] == last_on, "poured_ge"].sum(),
                "last_on": last_on,
                "children": None if note is None else note["children"],
                "adults": None if note is None else note["adults"],
                "household_id": home,
            }
        )
    return pd.DataFrame(lines[::-1])
