# The two verdicts are exchanged.
# points: verdict-three-ways 0
def verdict(low, high, needed):
    if low > needed:
        return "does not pay"
    return "pays" if high < needed else "open"
