# Another route: one order only, by the chance for each ge of the cart.
def my_round(stops, shop):
    def worth(item):
        _, stop = item
        return stop["chance_dry"] / stop["bring_ge"]

    order = [name for name, _ in sorted(stops.items(), key=worth, reverse=True)]
    return plan(order, stops, shop)["route"]
