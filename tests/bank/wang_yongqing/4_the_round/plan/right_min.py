# Another route: all places as a list, the best by min.
def plan(names, day, firm):
    tour, later = [], []
    for name in names:
        ways = [[*tour[:i], name, *tour[i:]] for i in range(len(tour) + 1)]
        ways = [way for way in ways if fits(way, day, firm)]
        if not ways:
            later.append(name)
            continue
        tour = min(ways, key=lambda way: timetable(way, day, firm)["back"])
    return (
        {"tomorrow": tuple(later), "route": tuple(tour)}
        if names
        else {
            "tomorrow": [],
            "route": [],
        }
    )
