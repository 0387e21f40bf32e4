# Corrections count before anybody has made them.
# points: known-not-yet-corrected 0
def known_on(entries, day):
    known = entries[entries["recorded_on"] < day]
    return known[~known["meal_id"].isin(entries["replaces"])]
