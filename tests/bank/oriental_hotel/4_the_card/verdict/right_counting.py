# Another route: the ends that lie above are counted.
def verdict(low, high, needed):
    if low <= needed <= high:
        return "open"
    return "pays" if high > needed else "does not pay"
