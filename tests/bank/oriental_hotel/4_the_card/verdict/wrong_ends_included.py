# An end that is exactly needed decides.
# points: verdict-three-ways 0
def verdict(low, high, needed):
    if low >= needed:
        return "pays"
    return "does not pay" if high <= needed else "open"
