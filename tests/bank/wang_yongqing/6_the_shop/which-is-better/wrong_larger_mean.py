# The larger mean wins.
# points: which-is-better-open 0
def which_is_better(first, second):
    gap = np.mean(first) - np.mean(second)
    return "first" if gap > 0 else "second" if gap < 0 else "open"
