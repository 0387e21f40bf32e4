# As they stand in the notebook.
# points: urgent-first-order 0
def urgent_first(stops):
    return list(stops)
