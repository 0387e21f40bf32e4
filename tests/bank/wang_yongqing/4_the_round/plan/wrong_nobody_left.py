# Nobody is said to be left.
# points: plan-fits 0
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
            tomorrow.append(household_id)
        else:
            route = best
    return {"route": route, "tomorrow": []}
