# Another route: sixty orders by a weighted draw, with a seed.
def my_round(day, firm):
    import random

    draw = random.Random(7)

    def weight(name):
        return day[name]["chance_dry"] / day[name]["bring_ge"]

    names = sorted(day, key=lambda name: (-weight(name), name))
    best = plan(names, day, firm)["route"]
    for _ in range(60):
        noise = {name: weight(name) * draw.uniform(0.6, 1.4) for name in names}
        order = sorted(names, key=lambda name: -noise[name])
        route = plan(order, day, firm)["route"]
        if dry_if_left(route, day) < dry_if_left(best, day):
            best = route
    return tuple(best)
