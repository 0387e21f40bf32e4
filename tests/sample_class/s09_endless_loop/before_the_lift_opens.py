# Tried out on Mr Yu first:
day_before = pd.Timestamp("2025-09-15")
while day_before not in set(visits.loc[visits["guest_id"] == mr_yu, "noted_on"]):
    day_before - pd.Timedelta(days=1)


def before_the_lift_opens(guest_id, day, entries, visits, notes):
    seen = visits[visits["guest_id"] == guest_id].set_index("noted_on")
    while day not in seen.index:
        day - pd.Timedelta(days=1)
    return {"last_visit_on": day, "seat": seen.loc[day, "seat"]}
