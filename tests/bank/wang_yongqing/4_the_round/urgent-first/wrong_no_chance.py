# Of equal days the name decides at once.
# points: urgent-first-order 0
def urgent_first(stops):
    return sorted(stops, key=lambda name: (stops[name]["days_left"], name))
