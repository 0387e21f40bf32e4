# Jars that should be empty already are given up.
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    order = [name for name in urgent_first(stops) if stops[name]["days_left"] > 0]
    return plan(order, stops, shop)["route"]
