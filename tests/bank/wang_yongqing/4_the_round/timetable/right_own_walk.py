# Another route: its own way of walking, from place to place as pairs.
def timetable(houses, day, firm):
    def way(a, b):
        if a[0] == b[0]:
            return abs(a[1] - b[1])
        return abs(a[0] - b[0]) + abs(a[1]) + abs(b[1])

    clock, place, starts, sack = firm["starts_minute"], (0, 0), [], 0
    for house in houses:
        row = day[house]
        there = row["street_m"], row["house_m"]
        clock = clock + way(place, there) / firm["metres_per_minute"]
        if clock < row["home_from_minute"]:
            clock = row["home_from_minute"]
        starts.append(float(clock))
        pours = -(-row["bring_ge"] // firm["dou_ge"])
        work = firm["stop_minutes"] + firm["look_minutes"]
        clock = clock + work + pours * firm["pour_minutes"]
        sack, place = sack + row["bring_ge"], there
    clock = clock + way(place, (0, 0)) / firm["metres_per_minute"]
    return {"load_ge": float(sack), "back": clock, "begins": tuple(starts)}
