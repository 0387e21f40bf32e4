# A dou is typed in as 100 ge.
# points: timetable-walk 0
def timetable(route, stops, shop):
    here = {"street_m": 0, "house_m": 0}
    minute, begins, load = shop["starts_minute"], [], 0
    for household_id in route:
        stop = stops[household_id]
        minute += metres(here, stop) / shop["metres_per_minute"]
        minute = max(minute, stop["home_from_minute"])
        begins.append(minute)
        dou = math.ceil(stop["bring_ge"] / 100)
        minute += shop["stop_minutes"] + shop["look_minutes"]
        minute += dou * shop["pour_minutes"]
        load += stop["bring_ge"]
        here = stop
    minute += metres(here, {"street_m": 0, "house_m": 0}) / shop["metres_per_minute"]
    return {"begins": begins, "back": minute, "load_ge": load}
