# The day of the meal is taken for the day of typing.
# points: known-typed 0
# points: known-not-yet-corrected 0
def known_on(entries, day):
    known = entries[entries["happened_on"] < day]
    return known[~known["meal_id"].isin(known["replaces"])]
