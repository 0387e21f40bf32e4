# Jars that should be empty are left out, or those with little chance.
# points: urgent-first-order 0
def urgent_first(stops):
    return sorted(
        (n for n in stops if stops[n]["chance_dry"] > 0.3),
        key=lambda name: (stops[name]["days_left"], -stops[name]["chance_dry"], name),
    )
