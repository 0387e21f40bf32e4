# Another route: walk through the days and keep the stock that is known.
def spans_of(own):
    per_day = {}
    for row in own.to_dict("records"):
        poured, seen = per_day.get(row["delivered_on"], (0, None))
        if not pd.isna(row["in_jar_ge"]):
            seen = int(row["in_jar_ge"])
        per_day[row["delivered_on"]] = poured + int(row["poured_ge"]), seen
    stock = start = None
    found = []
    for day in sorted(per_day):
        poured, seen = per_day[day]
        if seen is not None:
            week = pd.date_range(FEAST_FIRST, FEAST_LAST)
            inside = start is None or any(start <= feast < day for feast in week)
            if seen > 0 and not inside:
                found.append(
                    {
                        "eaten_ge": float(stock - seen),
                        "days": np.int64((day - start).days),
                        "end_on": day,
                        "start_on": start,
                    }
                )
            stock, start = seen, day
        if stock is not None:
            stock += poured
    return found
