# First and second exchanged.
# points: which-is-better-paired 0
# points: which-is-better-open 0
def which_is_better(first, second):
    differences = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    _, low, high = engine.interval(differences)
    if low > 0:
        return "second"
    return "first" if high < 0 else "open"
