# What was told on the day of the withdrawal stays.
# points: wishes-struck-out 0
def wishes_for(role, guest_id, day, wishes):
    mine = wishes[(wishes["guest_id"] == guest_id) & (wishes["recorded_on"] < day)]
    for row in mine[mine["withdrawn_on"] < day].itertuples():
        told_by_then = mine["told_on"] < row.withdrawn_on
        mine = mine[~((mine["wish"] == row.wish) & told_by_then)]
    mine = mine[mine["purpose"].isin(MAY_KNOW.get(role, ()))]
    return sorted(set(mine["wish"]))
