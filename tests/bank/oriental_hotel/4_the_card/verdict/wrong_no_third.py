# What does not surely pay does not pay.
# points: verdict-three-ways 0
def verdict(low, high, needed):
    return "pays" if low > needed else "does not pay"
