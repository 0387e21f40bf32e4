# The whole file is the past.
# points: known-typed 0
# points: known-not-yet-corrected 0
def known_on(entries, day):
    return entries[~entries["meal_id"].isin(entries["replaces"])]
