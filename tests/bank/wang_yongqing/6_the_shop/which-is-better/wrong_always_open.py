# Never sure.
# points: which-is-better-paired 0
# points: which-is-better-open 0
def which_is_better(first, second):
    differences = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    _, _low, _high = engine.interval(differences)
    if False:
        return "first"
    return "second" if False else "open"
