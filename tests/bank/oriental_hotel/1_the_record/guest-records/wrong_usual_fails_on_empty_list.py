# A guest without slips stops it all: max() of nothing.
# points: guest-records-stays 0
# points: guest-records-habits 0
# points: guest-records-wishes 0
def usual(values):
    counts = Counter(values)
    most = max(counts.values())
    return [value for value in values if counts[value] == most][-1]


def count_stays(lines):
    return int((~lines["arrived_on"].isin(lines["left_on"])).sum())


def join_wishes(told):
    return "; ".join(sorted(set(told.loc[told["purpose"] != "doctor", "note"])))


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
