# The work at the door is typed in: 2 + 3 minutes, and one for each dou.
# points: timetable-walk 0
def timetable(route, stops, shop):
    here = {"street_m": 0, "house_m": 0}
    minute, begins, load = shop["starts_minute"], [], 0
    for household_id in route:
        stop = stops[household_id]
        minute += metres(here, stop) / shop["metres_per_minute"]
        minute = max(minute, stop["home_from_minute"])
        begins.append(minute)
        dou = math.ceil(stop["bring_ge"] / shop["dou_ge"])
        minute += 5 + dou
        load += stop["bring_ge"]
        here = stop
    minute += metres(here, {"street_m": 0, "house_m": 0}) / shop["metres_per_minute"]
    return {"begins": begins, "back": minute, "load_ge": load}
