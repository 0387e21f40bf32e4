# Lanes 1 to 5 by urgency, and nobody else.
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    order = [name for name in urgent_first(stops) if stops[name]["street_m"] < 0]
    return plan(order, stops, shop)["route"]
