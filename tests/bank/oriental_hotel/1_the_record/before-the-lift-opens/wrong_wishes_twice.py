# A wish that was noted twice is passed on twice.
# points: lift-nothing-more-than-needed 0
def before_the_lift_opens(guest_id, day, entries, visits, notes):
    lines = entries[(entries["guest_id"] == guest_id) & (entries["arrived_on"] <= day)]
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
        "wishes": "; ".join(sorted(wishes)),
    }
