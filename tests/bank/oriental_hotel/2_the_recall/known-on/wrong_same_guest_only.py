# A correction counts only if it is about the same guest.
# points: known-corrected 0
# points: known-not-yet-corrected 0
def known_on(entries, day):
    known = entries[entries["recorded_on"] < day]
    parts = []
    for _, mine in known.groupby("guest_id"):
        parts.append(mine[~mine["meal_id"].isin(mine["replaces"])])
    return pd.concat(parts) if parts else known
