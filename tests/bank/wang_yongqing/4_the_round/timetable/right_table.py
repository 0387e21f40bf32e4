# Another route: the stops as a table, ways as a column.
def timetable(route, stops, shop):
    import numpy as np

    places = [DOOR, *(stops[name] for name in route), DOOR]
    ways = [metres(places[i], places[i + 1]) for i in range(len(places) - 1)]
    walks = np.array(ways) / shop["metres_per_minute"]
    begins, free = np.zeros(len(route)), shop["starts_minute"]
    for i, name in enumerate(route):
        begins[i] = max(free + walks[i], stops[name]["home_from_minute"])
        dou = (stops[name]["bring_ge"] + shop["dou_ge"] - 1) // shop["dou_ge"]
        free = begins[i] + dou * shop["pour_minutes"]
        free = free + shop["stop_minutes"] + shop["look_minutes"]
    load = np.sum([stops[name]["bring_ge"] for name in route])
    return {"begins": begins, "back": free + walks[-1], "load_ge": load}
