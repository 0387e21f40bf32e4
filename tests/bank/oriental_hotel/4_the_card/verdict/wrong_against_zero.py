# The interval is compared with 0, not with what is needed.
# points: verdict-three-ways 0
def verdict(low, high, needed):
    if low > 0:
        return "pays"
    return "does not pay" if high < 0 else "open"
