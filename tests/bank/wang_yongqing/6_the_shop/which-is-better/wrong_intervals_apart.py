# Two intervals that do not overlap: the streets' spread hides the difference.
# points: which-is-better-paired 0
# points: which-is-better-open 0
def which_is_better(first, second):
    a, b = engine.interval(first), engine.interval(second)
    if a[1] > b[2]:
        return "first"
    return "second" if b[1] > a[2] else "open"
