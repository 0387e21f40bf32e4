# He goes to the most urgent family, and home.
# points: my-round-fits 0
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    return plan(urgent_first(stops)[:1], stops, shop)["route"]
