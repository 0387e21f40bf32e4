# What one guest withdraws is struck for all.
# points: wishes-struck-out 0
def wishes_for(role, guest_id, day, wishes):
    known = wishes[wishes["recorded_on"] < day]
    mine = known[known["guest_id"] == guest_id]
    for row in known[known["withdrawn_on"] < day].itertuples():
        told_by_then = mine["told_on"] <= row.withdrawn_on
        mine = mine[~((mine["wish"] == row.wish) & told_by_then)]
    mine = mine[mine["purpose"].isin(MAY_KNOW.get(role, ()))]
    return sorted(set(mine["wish"]))
