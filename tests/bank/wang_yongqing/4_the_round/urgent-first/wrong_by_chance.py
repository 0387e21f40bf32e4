# By the chance alone.
# points: urgent-first-order 0
def urgent_first(stops):
    return sorted(stops, key=lambda name: (-stops[name]["chance_dry"], name))
