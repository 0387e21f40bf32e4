# Another route: places by number, sorted by return and place.
def plan(order, stops, shop):
    route = []
    for name in order:
        found = []
        for i in range(len(route) + 1):
            tried = list(route)
            tried.insert(i, name)
            if fits(tried, stops, shop):
                found.append((timetable(tried, stops, shop)["back"], i))
        if found:
            route.insert(sorted(found)[0][1], name)
    return {"route": route, "tomorrow": [name for name in order if name not in route]}
