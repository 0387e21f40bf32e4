# Who arrives today is not here yet.
# points: hand-on-purpose 0
def hand_on(notes, stays, role, day):
    here = stays[(stays["arrived_on"] < day) & (stays["left_on"] >= day)]
    wanted = notes[notes["purpose"] == SERVES.get(role)]
    wanted = wanted[wanted["guest_id"].isin(here["guest_id"])]
    oldest = day - pd.DateOffset(years=2)
    wanted = wanted[(wanted["noted_on"] < day) & (wanted["noted_on"] >= oldest)]
    return wanted[["guest_id", "note"]].drop_duplicates()
