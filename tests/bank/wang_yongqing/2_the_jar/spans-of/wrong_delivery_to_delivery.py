# points: spans-between-looks 0
# points: spans-open-ends 0
# points: spans-empty-jars 0
# points: spans-new-year 0
# A missing look is taken for an empty jar.
def spans_of(own):
    own = own.sort_values("delivered_on")
    days, seen = list(own["delivered_on"]), list(own["in_jar_ge"].fillna(0))
    poured, found = list(own["poured_ge"]), []
    for i in range(1, len(days)):
        start, end = days[i - 1], days[i]
        if (start <= FEAST_LAST and end > FEAST_FIRST) or own["in_jar_ge"].eq(0).fillna(
            False
        ).iloc[i]:
            continue
        found.append(
            {
                "start_on": start,
                "end_on": end,
                "days": (end - start).days,
                "eaten_ge": seen[i - 1] + poured[i - 1] - seen[i],
            }
        )
    return found
