# Another route: plain loops and a set, columns the other way round.
def hand_on(notes, stays, role, day):
    here = set()
    for stay in stays.itertuples():
        if stay.arrived_on <= day <= stay.left_on:
            here.add(stay.guest_id)
    slip = set()
    for row in notes.itertuples():
        until = row.noted_on + pd.DateOffset(years=2)
        if row.noted_on.month == 2 and row.noted_on.day == 29:
            until = pd.Timestamp(row.noted_on.year + 2, 3, 1) - pd.Timedelta(days=1)
        theirs = row.purpose == SERVES.get(role, "-") and row.guest_id in here
        if theirs and row.noted_on < day <= until:
            slip.add((row.note, row.guest_id))
    return pd.DataFrame(sorted(slip), columns=["note", "guest_id"])
