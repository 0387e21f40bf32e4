# Another route: party as a harmonic mean with nights as weights.
def habits(year, stays):
    start = pd.Timestamp(year, 1, 1)
    before = stays.loc[stays["arrived_on"] < start, "guest_id"]
    mine = stays[stays["arrived_on"].between(start, f"{year}-12-31")]
    mine = mine[mine["guest_id"].isin(before)]
    if len(mine) == 0:
        return {"party": float("nan"), "nights": None, "visits": None}
    nights = mine["left_on"].sub(mine["arrived_on"]).dt.days
    weight = nights / nights.sum()
    return {
        "party": 1 / (weight / mine["n_in_room"]).sum(),
        "nights": nights.sum() / len(nights),
        "visits": mine.groupby("guest_id").size().mean(),
    }
