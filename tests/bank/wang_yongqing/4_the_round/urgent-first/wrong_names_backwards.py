# All is turned round, the names too.
# points: urgent-first-order 0
def urgent_first(stops):
    return sorted(
        stops,
        key=lambda name: (-stops[name]["days_left"], stops[name]["chance_dry"], name),
    )[::-1]
