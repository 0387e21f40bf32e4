# Another route: plain loops over the rows.
def habits(year, stays):
    rows = stays.to_dict("records")
    old = {r["guest_id"] for r in rows if r["arrived_on"].year < year}
    guests, lengths, rooms = set(), [], []
    for r in rows:
        if r["guest_id"] in old and r["arrived_on"].year == year:
            guests.add(r["guest_id"])
            lengths.append((r["left_on"] - r["arrived_on"]) / pd.Timedelta(days=1))
            rooms.append(lengths[-1] / r["n_in_room"])
    if not guests:
        return dict.fromkeys(["visits", "nights", "party"])
    n = len(lengths)
    return {
        "visits": n / len(guests),
        "nights": sum(lengths) / n,
        "party": sum(lengths) / sum(rooms),
    }
