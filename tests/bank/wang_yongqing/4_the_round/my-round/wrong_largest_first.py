# The largest sale first.
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    return plan(largest_first(stops), stops, shop)["route"]
