# One end beyond 0 is taken for enough.
# points: which-is-better-open 0
def which_is_better(first, second):
    differences = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    _, low, high = engine.interval(differences)
    if high > 0:
        return "first"
    return "second" if low < 0 else "open"
