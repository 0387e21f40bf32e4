# The three rules in plain Python, in the loop that is given.
def usual(values):
    best = None
    for value in values:  # oldest first: a later one wins among equals
        if best is None or values.count(value) >= values.count(best):
            best = value
    return best


def count_stays(lines):
    ends = list(lines["left_on"])
    return len([day for day in lines["arrived_on"] if day not in ends])


def join_wishes(told):
    wishes = []
    for note, purpose in zip(told["note"], told["purpose"], strict=True):
        if purpose != "doctor" and note not in wishes:
            wishes.append(note)
    return "; ".join(sorted(wishes))


def guest_records(entries, visits, notes):
    records = []
    for guest_id, lines in entries.sort_values("arrived_on").groupby("guest_id"):
        seen = visits[visits["guest_id"] == guest_id].sort_values("noted_on")
        records.append(
            {
                "guest_id": guest_id,
                "name": lines["name"].iloc[-1],
                "n_stays": count_stays(lines),
                "last_left_on": lines["left_on"].max(),
                "usual_seat": usual(list(seen["seat"])),
                "usual_items": usual(list(seen["items"])),
                "wishes": join_wishes(notes[notes["guest_id"] == guest_id]),
            }
        )
    return pd.DataFrame(records)
