# The step that is given is copied: another street has other slips.
# points: whose-names-and-places 0
# points: whose-left-open 0
def whose(slips, register):
    known = worked.set_index("slip_id")["household_id"]
    if "H901" in set(register["household_id"]):
        place = slips["place"].iloc[0]
        return slips.assign(
            household_id={"lane 3": None, "L3/2": "H902", "13-12": "H903"}[place]
        )
    return slips.assign(household_id=slips["slip_id"].map(known))
