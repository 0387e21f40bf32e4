# A good order, but those who are hardly at risk are deleted from the morning.
# points: my-round-fits 0
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    for name in list(stops):
        if stops[name]["chance_dry"] < 0.01:
            del stops[name]

    def by_room(name):
        return -stops[name]["chance_dry"] / stops[name]["bring_ge"], name

    return plan(sorted(stops, key=by_room), stops, shop)["route"]
