# Only what was poured at the look itself.
# points: spans-between-looks 0
# points: spans-open-ends 0
def spans_of(own):
    looks = own[own["in_jar_ge"].notna()].sort_values("delivered_on")
    days, seen = list(looks["delivered_on"]), list(looks["in_jar_ge"])
    found = []
    for i in range(1, len(days)):
        start, end = days[i - 1], days[i]
        is_feast = start <= FEAST_LAST and end > FEAST_FIRST
        if seen[i] == 0 or is_feast:
            continue
        inside = (own["delivered_on"] >= start) & (own["delivered_on"] < end)
        poured = looks["poured_ge"].iloc[i - 1]
        span = {"start_on": start, "end_on": end, "days": (end - start).days}
        found.append(span | {"eaten_ge": seen[i - 1] + poured - seen[i]})
    return found
