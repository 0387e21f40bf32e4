def before_the_lift_opens(guest_id, day, entries, visits, notes):
    lines = entries[entries["guest_id"] == guest_id].sort_values("arrived_on")
    seen = visits[visits["guest_id"] == guest_id].sort_values("noted_on")
    told = notes[(notes["guest_id"] == guest_id) & (notes["purpose"] == "table")]
    last = seen.iloc[-1] if len(seen) else {}
    return {
        "name": lines["name"].iloc[-1],
        "last_visit_on": last.get("noted_on"),
        "seat": last.get("seat"),
        "items": last.get("items"),
        "wishes": "; ".join(sorted(set(told["note"]))),
    }
