def habit(seen):
    """Of pairs (day, what), the most frequent what; the later one among equals."""
    tally = {}
    for when, what in seen:
        times, latest = tally.get(what, (0, when))
        tally[what] = (times + 1, max(latest, when))
    return max(tally, key=tally.get) if tally else None


def guest_records(entries, visits, notes):
    rows = {}
    for guest in entries["guest_id"].dropna().unique():
        stays = entries.query("guest_id == @guest").sort_values("left_on")
        slips = visits.query("guest_id == @guest")
        told = notes.query("guest_id == @guest and purpose != 'doctor'")["note"]
        changes = set(stays["arrived_on"]) & set(stays["left_on"])
        rows[guest] = {
            "wishes": "; ".join(sorted(told.drop_duplicates())),
            "usual_items": habit(zip(slips["noted_on"], slips["items"], strict=True)),
            "usual_seat": habit(zip(slips["noted_on"], slips["seat"], strict=True)),
            "last_left_on": stays["left_on"].iloc[-1],
            "n_stays": float(len(stays) - len(changes)),
            "name": stays.loc[stays["arrived_on"].idxmax(), "name"],
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis("guest_id").sort_index(ascending=False)
