# He stays at home.
# points: my-round-fits 0
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    return []
