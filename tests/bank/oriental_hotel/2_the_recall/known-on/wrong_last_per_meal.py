# The last entry for each guest and meal is kept: no use of replaces.
# points: known-corrected 0
# points: known-not-yet-corrected 0
def known_on(entries, day):
    known = entries[entries["recorded_on"] < day].sort_values("meal_id")
    return known.drop_duplicates(
        ["guest_id", "happened_on", "part_of_day"], keep="last"
    )
