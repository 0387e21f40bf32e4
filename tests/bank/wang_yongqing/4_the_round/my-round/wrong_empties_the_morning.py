# Who has been tried is taken out of the morning that was given, until it is empty.
# points: my-round-fits 0
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    known, route = dict(stops), []
    while stops:
        name = max(stops, key=lambda one: stops[one]["chance_dry"])
        stops.pop(name)
        if fits([*route, name], known, shop):
            route.append(name)
    return route
