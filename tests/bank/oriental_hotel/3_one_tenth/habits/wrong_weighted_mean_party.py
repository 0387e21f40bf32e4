# n_in_room weighted by nights: couples count twice.
# points: habits-three-numbers 0
def habits(year, stays):
    first_year = stays.groupby("guest_id")["arrived_on"].transform("min").dt.year
    mine = stays[(stays["arrived_on"].dt.year == year) & (first_year < year)]
    if mine.empty:
        return {"visits": None, "nights": None, "party": None}
    nights = (mine["left_on"] - mine["arrived_on"]).dt.days
    return {
        "visits": len(mine) / mine["guest_id"].nunique(),
        "nights": nights.mean(),
        "party": (nights * mine["n_in_room"]).sum() / nights.sum(),
    }
