# A withdrawal counts though the entry that has it is not typed yet.
# points: wishes-not-yet-typed 0
def wishes_for(role, guest_id, day, wishes):
    mine = wishes[(wishes["guest_id"] == guest_id) & (wishes["recorded_on"] < day)]
    told = wishes[wishes["guest_id"] == guest_id]
    for row in told[told["withdrawn_on"] < day].itertuples():
        told_by_then = mine["told_on"] <= row.withdrawn_on
        mine = mine[~((mine["wish"] == row.wish) & told_by_then)]
    mine = mine[mine["purpose"].isin(MAY_KNOW.get(role, ()))]
    return sorted(set(mine["wish"]))
