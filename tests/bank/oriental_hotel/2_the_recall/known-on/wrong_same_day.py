# What is typed in the course of the day counts already in the morning.
# points: known-typed 0
# points: known-not-yet-corrected 0
def known_on(entries, day):
    known = entries[entries["recorded_on"] <= day]
    return known[~known["meal_id"].isin(known["replaces"])]
