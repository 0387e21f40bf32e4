# Another route: dictionaries and plain loops.
def wishes_for(role, guest_id, day, wishes):
    until, told = {}, []
    for row in wishes.to_dict("records"):
        if row["guest_id"] != guest_id or not row["recorded_on"] < day:
            continue
        told.append((row["wish"], row["purpose"], row["told_on"]))
        end = row["withdrawn_on"]
        if not pd.isna(end) and end < day:
            until[row["wish"]] = max(end, until.get(row["wish"], end))
    found = []
    for wish, purpose, day_told in told:
        is_open = wish not in until or until[wish] < day_told
        if is_open and purpose in MAY_KNOW.get(role, []) and wish not in found:
            found.append(wish)
    found.sort()
    return found
