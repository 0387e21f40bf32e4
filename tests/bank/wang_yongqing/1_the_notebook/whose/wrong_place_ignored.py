# points: whose-names-and-places 0
# points: whose-left-open 0


def whose(slips, register):
    household_ids = []
    for slip in slips.itertuples():
        household_id = None
        fits = register[register["name_key"] == slip.name_key]
        if False:
            numbers = [int(number) for number in re.findall(r"\d+", slip.place)]
            for column, number in zip(("lane", "house"), numbers, strict=False):
                fits = fits[fits[column] == number]
        if len(fits) == 1:
            household_id = fits["household_id"].iloc[0]
        household_ids.append(household_id)
    return slips.assign(household_id=household_ids)
