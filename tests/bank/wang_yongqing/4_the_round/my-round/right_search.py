# Another route: three orders, then whoever is left is moved to the front.
def my_round(stops, shop):
    def per_ge(household_id):
        stop = stops[household_id]
        return -stop["chance_dry"] / stop["bring_ge"], household_id

    def likely(household_id):
        return -stops[household_id]["chance_dry"], household_id

    def tried(order):
        route = plan(order, stops, shop)["route"]
        return dry_if_left(route, stops), route, order

    orders = (urgent_first(stops), sorted(stops, key=likely), sorted(stops, key=per_ge))
    best = min((tried(order) for order in orders), key=lambda found: found[0])
    better = True
    while better:
        better = False
        for household_id in sorted(stops):
            if household_id not in best[1]:
                rest = [other for other in best[2] if other != household_id]
                found = tried([household_id, *rest])
                if found[0] < best[0] - 1e-9:
                    best, better = found, True
    return best[1]
