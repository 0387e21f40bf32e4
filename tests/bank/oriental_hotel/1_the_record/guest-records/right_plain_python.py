# Another route: dictionaries and Counter, rows in reverse order, an extra column.
from collections import Counter


def most_used(values):
    counts = Counter(values)
    for value in reversed(values):
        if counts[value] == max(counts.values()):
            return value
    return float("nan")


def guest_records(entries, visits, notes):
    rows = []
    all_lines, all_slips = entries.to_dict("records"), visits.to_dict("records")
    all_notes = notes.to_dict("records")
    guests = sorted({g for g in entries["guest_id"] if isinstance(g, str)})
    for guest in reversed(guests):
        mine = [e for e in all_lines if e["guest_id"] == guest]
        mine.sort(key=lambda e: e["arrived_on"])
        ends = {e["left_on"] for e in mine}
        slips = [s for s in all_slips if s["guest_id"] == guest]
        slips.sort(key=lambda s: s["noted_on"])
        told = {
            n["note"]
            for n in all_notes
            if n["guest_id"] == guest and n["purpose"] in ("room", "table")
        }
        rows.append(
            {
                "n_lines": len(mine),
                "guest_id": guest,
                "wishes": "; ".join(sorted(told)),
                "usual_items": most_used([s["items"] for s in slips]),
                "usual_seat": most_used([s["seat"] for s in slips]),
                "last_left_on": max(ends),
                "n_stays": float(sum(e["arrived_on"] not in ends for e in mine)),
                "name": mine[-1]["name"],
            }
        )
    return pd.DataFrame(rows, index=range(100, 100 + len(rows)))
