def before_the_lift_opens(guest_id, day, entries, visits, notes):
    known = dict.fromkeys(["wishes", "items", "seat", "last_visit_on", "name"])
    newest = None
    for line in entries.to_dict("records"):
        if line["guest_id"] == guest_id and line["arrived_on"] <= day:
            if newest is None or line["arrived_on"] > newest["arrived_on"]:
                newest = line
    known["name"] = newest["name"]
    slips = [
        slip
        for slip in visits.to_dict("records")
        if slip["guest_id"] == guest_id and slip["noted_on"] < day
    ]
    slips.sort(key=lambda slip: slip["noted_on"])
    if slips:
        known["last_visit_on"] = slips[-1]["noted_on"]
        known["seat"] = slips[-1]["seat"]
        known["items"] = slips[-1]["items"]
    table_talk = {
        note["note"]
        for note in notes.to_dict("records")
        if note["guest_id"] == guest_id
        and note["purpose"] == "table"
        and note["noted_on"] < day
    }
    known["wishes"] = "; ".join(sorted(table_talk))
    return known
