# Both the wrong entry and its correction count.
# points: known-corrected 0
# points: known-not-yet-corrected 0
def known_on(entries, day):
    return entries[entries["recorded_on"] < day]
