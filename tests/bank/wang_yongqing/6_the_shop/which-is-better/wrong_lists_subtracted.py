# Lists are not subtracted.
# points: which-is-better-paired 0
# points: which-is-better-open 0
def which_is_better(first, second):
    _, low, high = engine.interval(first - second)
    if low > 0:
        return "first"
    return "second" if high < 0 else "open"
