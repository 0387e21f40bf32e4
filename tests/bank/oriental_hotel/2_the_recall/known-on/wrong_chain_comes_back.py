# An entry counts again when its correction is corrected.
# points: known-corrected 0
# points: known-not-yet-corrected 0
def known_on(entries, day):
    known = entries[entries["recorded_on"] < day]
    valid = known[~known["meal_id"].isin(known["replaces"])]
    return known[~known["meal_id"].isin(valid["replaces"])]
