# The place with the least walking is taken.
# points: plan-place 0
# points: plan-whole-mornings 0
import itertools


def plan(order, stops, shop):
    route, tomorrow = [], []
    for household_id in order:
        best, best_back = None, None
        for place in range(len(route) + 1):
            tried = [*route[:place], household_id, *route[place:]]
            if fits(tried, stops, shop):
                doors = [DOOR, *(stops[name] for name in tried), DOOR]
                back = sum(metres(a, b) for a, b in itertools.pairwise(doors))
                if best is None or back < best_back:
                    best, best_back = tried, back
        if best is None:
            tomorrow.append(household_id)
        else:
            route = best
    return {"route": route, "tomorrow": tomorrow}
