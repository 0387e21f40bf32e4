# "3" is in "13" and in "30".
# points: whose-names-and-places 0
# points: whose-left-open 0


def whose(slips, register):
    household_ids = []
    for slip in slips.itertuples():
        household_id = None
        fits = register[register["name_key"] == slip.name_key]
        if not pd.isna(slip.place):
            near = [str(lane) in slip.place for lane in fits["lane"]]
            fits = fits[near]
        if len(fits) == 1:
            household_id = fits["household_id"].iloc[0]
        household_ids.append(household_id)
    return slips.assign(household_id=household_ids)
