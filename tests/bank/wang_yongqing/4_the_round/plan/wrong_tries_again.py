# Whoever is left is tried again when the route has changed.
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
            tomorrow.append(household_id)
        else:
            route = best
    for household_id in list(tomorrow):
        tried = [household_id, *route]
        if not fits(tried, stops, dict(shop, cart_ge=shop["cart_ge"] + 50)):
            continue
        route = tried
        tomorrow.remove(household_id)
    return {"route": route, "tomorrow": tomorrow}
