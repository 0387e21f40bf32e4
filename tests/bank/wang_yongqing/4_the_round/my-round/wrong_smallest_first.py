# The smallest loads first: many stops, whoever they are.
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    order = sorted(stops, key=lambda name: (stops[name]["bring_ge"], name))
    return plan(order, stops, shop)["route"]
