# The most likely to run dry first, whatever room they take.
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    order = sorted(stops, key=lambda name: (-stops[name]["chance_dry"], name))
    return plan(order, stops, shop)["route"]
