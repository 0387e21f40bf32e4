# The spelling of a stay that has not begun.
# points: lift-nothing-from-the-future 0
def before_the_lift_opens(guest_id, day, entries, visits, notes):
    lines = entries[(entries["guest_id"] == guest_id)]
    seen = visits[(visits["guest_id"] == guest_id) & (visits["noted_on"] < day)]
    told = notes[(notes["guest_id"] == guest_id) & (notes["noted_on"] < day)]
    last = {"noted_on": None, "seat": None, "items": None}
    if len(seen):
        last = seen.sort_values("noted_on").iloc[-1]
    wishes = told.loc[told["purpose"] == "table", "note"]
    return {
        "name": lines.sort_values("arrived_on")["name"].iloc[-1],
        "last_visit_on": last["noted_on"],
        "seat": last["seat"],
        "items": last["items"],
        "wishes": "; ".join(sorted(set(wishes))),
    }
