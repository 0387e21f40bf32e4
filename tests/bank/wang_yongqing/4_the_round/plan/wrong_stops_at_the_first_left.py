# The round is closed when one does not fit.
# points: plan-fits 0
# points: plan-whole-mornings 0
def plan(order, stops, shop):
    route, tomorrow = [], []
    for household_id in order:
        best, best_back = None, None
        for place in range(len(route) + 1):
            tried = [*route[:place], household_id, *route[place:]]
            if fits(tried, stops, shop):
                back = timetable(tried, stops, shop)["back"]
                if best is None or back < best_back:
                    best, best_back = tried, back
        if best is None:
            tomorrow += [name for name in order if name not in route]
            break
        else:
            route = best
    return {"route": route, "tomorrow": tomorrow}
