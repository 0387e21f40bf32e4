# Repeated notes go first, the newer with the older: what was told again is lost.
# points: hand-on-nothing-else 0
def hand_on(notes, stays, role, day):
    here = stays[(stays["arrived_on"] <= day) & (stays["left_on"] >= day)]
    wanted = notes[notes["purpose"] == SERVES.get(role)]
    wanted = wanted[wanted["guest_id"].isin(here["guest_id"])]
    wanted = wanted.drop_duplicates(["guest_id", "note"])
    oldest = day - pd.DateOffset(years=2)
    wanted = wanted[(wanted["noted_on"] < day) & (wanted["noted_on"] >= oldest)]
    return wanted[["guest_id", "note"]]
