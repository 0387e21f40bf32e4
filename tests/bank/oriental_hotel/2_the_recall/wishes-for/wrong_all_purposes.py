# Everybody learns everything.
# points: wishes-purpose 0
# points: wishes-not-yet-typed 0
# points: wishes-struck-out 0
def wishes_for(role, guest_id, day, wishes):
    mine = wishes[wishes["guest_id"] == guest_id]
    known = mine[mine["recorded_on"] < day]
    struck = known[known["withdrawn_on"] < day]
    may = set()
    for row in known.itertuples():
        same = struck[struck["wish"] == row.wish]
        is_struck = (same["withdrawn_on"] >= row.told_on).any()
        if row.purpose in ("room", "table", "doctor") and not is_struck:
            may.add(row.wish)
    return sorted(may)
