# The numbers of our shop are typed in.
# points: timetable-walk 0
# points: timetable-back 0
def timetable(route, stops, shop):
    here = {"street_m": 0, "house_m": 0}
    minute, begins, load = 420, [], 0
    for household_id in route:
        stop = stops[household_id]
        minute += metres(here, stop) / 40
        minute = max(minute, stop["home_from_minute"])
        begins.append(minute)
        dou = math.ceil(stop["bring_ge"] / shop["dou_ge"])
        minute += shop["stop_minutes"] + shop["look_minutes"]
        minute += dou * shop["pour_minutes"]
        load += stop["bring_ge"]
        here = stop
    minute += metres(here, {"street_m": 0, "house_m": 0}) / 40
    return {"begins": begins, "back": minute, "load_ge": load}
