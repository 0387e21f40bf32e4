# Stops or gives no answer when nobody came.
# points: habits-three-numbers 0
def habits(year, stays):
    first_year = stays.groupby("guest_id")["arrived_on"].transform("min").dt.year
    mine = stays[(stays["arrived_on"].dt.year == year) & (first_year < year)]
    assert len(mine)
    nights = (mine["left_on"] - mine["arrived_on"]).dt.days
    return {
        "visits": len(mine) / mine["guest_id"].nunique(),
        "nights": nights.mean(),
        "party": nights.sum() / (nights / mine["n_in_room"]).sum(),
    }
