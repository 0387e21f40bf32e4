# Only the entry itself is struck, not the same wish in other entries.
# points: wishes-struck-out 0
def wishes_for(role, guest_id, day, wishes):
    mine = wishes[wishes["guest_id"] == guest_id]
    known = mine[mine["recorded_on"] < day]
    struck = known[known["withdrawn_on"] < day]
    may = set()
    for row in known.itertuples():
        is_struck = row.withdrawn_on < day
        if row.purpose in MAY_KNOW.get(role, ()) and not is_struck:
            may.add(row.wish)
    return sorted(may)
