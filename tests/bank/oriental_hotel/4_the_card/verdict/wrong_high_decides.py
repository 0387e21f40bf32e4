# It pays if it might.
# points: verdict-three-ways 0
def verdict(low, high, needed):
    return "pays" if high > needed else "does not pay"
