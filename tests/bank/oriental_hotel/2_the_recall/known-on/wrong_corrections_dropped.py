# The corrections are thrown away, not what they correct.
# points: known-corrected 0
# points: known-not-yet-corrected 0
def known_on(entries, day):
    known = entries[entries["recorded_on"] < day]
    return known[known["replaces"].isna()]
