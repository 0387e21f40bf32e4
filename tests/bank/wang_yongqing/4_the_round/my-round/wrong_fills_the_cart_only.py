# The cart is filled by chance, and nobody looks at the clock.
# points: my-round-fits 0
# points: my-round-beats-urgency 0
# points: my-round-near-the-best 0
def my_round(stops, shop):
    route, load = [], 0
    for name in sorted(stops, key=lambda name: -stops[name]["chance_dry"]):
        if load + stops[name]["bring_ge"] <= shop["cart_ge"]:
            route.append(name)
            load += stops[name]["bring_ge"]
    return route
