# A lane alone is not enough for it.
# points: whose-names-and-places 0


def whose(slips, register):
    household_ids = []
    for slip in slips.itertuples():
        household_id = None
        fits = register[register["name_key"] == slip.name_key]
        if not pd.isna(slip.place):
            numbers = [int(number) for number in re.findall(r"\d+", slip.place)]
            numbers += [0] * (2 - len(numbers))
            lane, house = numbers
            fits = fits[(fits["lane"] == lane) & (fits["house"] == house)]
        if len(fits) == 1:
            household_id = fits["household_id"].iloc[0]
        household_ids.append(household_id)
    return slips.assign(household_id=household_ids)
