# Only the cart is looked at.
# points: plan-fits 0
# points: plan-whole-mornings 0
def plan(order, stops, shop):
    route, tomorrow = [], []
    for household_id in order:
        best, best_back = None, None
        for place in range(len(route) + 1):
            tried = [*route[:place], household_id, *route[place:]]
            if sum(stops[name]["bring_ge"] for name in tried) <= shop["cart_ge"]:
                back = timetable(tried, stops, shop)["back"]
                if best is None or back < best_back:
                    best, best_back = tried, back
        if best is None:
            tomorrow.append(household_id)
        else:
            route = best
    return {"route": route, "tomorrow": tomorrow}
