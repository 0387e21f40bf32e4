# Another route: plain loops; the day comes back as a date, missing values as NaN.
def before_the_lift_opens(guest_id, day, entries, visits, notes):
    know = dict.fromkeys(["last_visit_on", "seat", "items"], float("nan"))
    began = pd.Timestamp.min
    for line in entries.itertuples():
        if line.guest_id == guest_id and began < line.arrived_on <= day:
            began, know["name"] = line.arrived_on, line.name
    for slip in visits.itertuples():
        if slip.guest_id != guest_id or slip.noted_on >= day:
            continue
        if know["seat"] != know["seat"] or slip.noted_on.date() > know["last_visit_on"]:
            know["last_visit_on"] = slip.noted_on.date()
            know["seat"], know["items"] = slip.seat, slip.items
    wishes = []
    for note in notes.itertuples():
        is_theirs = note.guest_id == guest_id and note.purpose == "table"
        if is_theirs and note.noted_on < day and note.note not in wishes:
            wishes.append(note.note)
    know["wishes"] = "; ".join(sorted(wishes))
    return know
