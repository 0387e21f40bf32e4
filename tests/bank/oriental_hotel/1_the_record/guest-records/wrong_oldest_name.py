# The name of the oldest line, not of the newest.
# points: guest-records-stays 0
def usual(values):
    counts = Counter(values)
    most = max(counts.values(), default=0)
    return next((value for value in reversed(values) if counts[value] == most), None)


def guest_records(entries, visits, notes):
    visits = visits.sort_values("noted_on")
    shared = notes[notes["purpose"].isin(["room", "table"])]
    records = []
    for guest_id, lines in entries.sort_values("arrived_on").groupby("guest_id"):
        seen = visits[visits["guest_id"] == guest_id]
        wishes = shared.loc[shared["guest_id"] == guest_id, "note"]
        records.append(
            {
                "guest_id": guest_id,
                "name": lines["name"].iloc[0],
                "n_stays": int((~lines["arrived_on"].isin(lines["left_on"])).sum()),
                "last_left_on": lines["left_on"].max(),
                "usual_seat": usual(list(seen["seat"])),
                "usual_items": usual(list(seen["items"])),
                "wishes": "; ".join(sorted(set(wishes))),
            }
        )
    return pd.DataFrame(records)
