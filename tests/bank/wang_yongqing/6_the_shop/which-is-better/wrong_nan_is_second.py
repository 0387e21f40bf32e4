# What is not above 0 is second.
# points: which-is-better-open 0
def which_is_better(first, second):
    differences = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    _, low, high = engine.interval(differences)
    if low > 0:
        return "first"
    return "open" if high > 0 else "second"
