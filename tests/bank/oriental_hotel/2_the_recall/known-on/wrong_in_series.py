# `in` looks at the index of a column, so nothing was ever replaced.
# points: known-corrected 0
# points: known-not-yet-corrected 0
def known_on(entries, day):
    known = entries[entries["recorded_on"] < day]
    old = [entry for entry in known["meal_id"] if entry in known["replaces"]]
    return known[~known["meal_id"].isin(old)]
