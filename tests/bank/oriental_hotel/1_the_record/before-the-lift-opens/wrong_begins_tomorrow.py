# The line of a stay that begins on the day itself is not looked at.
# points: lift-nothing-from-the-future 0
def before_the_lift_opens(guest_id, day, entries, visits, notes):
    lines = entries[(entries["guest_id"] == guest_id) & (entries["arrived_on"] < day)]
    seen = visits[(visits["guest_id"] == guest_id) & (visits["noted_on"] < day)]
    told = notes[(notes["guest_id"] == guest_id) & (notes["noted_on"] < day)]
    names = lines.sort_values("arrived_on")["name"].tolist()
    name = names[-1] if names else None
    last = {"noted_on": None, "seat": None, "items": None}
    if len(seen):
        last = seen.sort_values("noted_on").iloc[-1]
    wishes = told.loc[told["purpose"] == "table", "note"]
    return {
        "name": name,
        "last_visit_on": last["noted_on"],
        "seat": last["seat"],
        "items": last["items"],
        "wishes": "; ".join(sorted(set(wishes))),
    }
