# The load of everybody in the morning, in the route or not.
# points: timetable-back 0
def timetable(route, stops, shop):
    here = {"street_m": 0, "house_m": 0}
    minute, begins, load = shop["starts_minute"], [], 0
    for household_id in route:
        stop = stops[household_id]
        minute += metres(here, stop) / shop["metres_per_minute"]
        minute = max(minute, stop["home_from_minute"])
        begins.append(minute)
        dou = math.ceil(stop["bring_ge"] / shop["dou_ge"])
        minute += shop["stop_minutes"] + shop["look_minutes"]
        minute += dou * shop["pour_minutes"]
        here = stop
    minute += metres(here, {"street_m": 0, "house_m": 0}) / shop["metres_per_minute"]
    return {
        "begins": begins,
        "back": minute,
        "load_ge": sum(stop["bring_ge"] for stop in stops.values()),
    }
