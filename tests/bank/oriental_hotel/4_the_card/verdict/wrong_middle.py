# The middle of the interval decides.
# points: verdict-three-ways 0
def verdict(low, high, needed):
    return "pays" if (low + high) / 2 > needed else "does not pay"
