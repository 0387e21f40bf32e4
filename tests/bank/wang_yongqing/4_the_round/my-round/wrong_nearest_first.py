# The nearest first.
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    order = sorted(stops, key=lambda name: (metres(DOOR, stops[name]), name))
    return plan(order, stops, shop)["route"]
