# Lines without a day of birth are never matched: groupby drops them.
# points: identify-missing-birth-date 0
def identify(register):
    number = register.groupby(["name_key", "born_on"]).ngroup()
    return register.assign(guest_id=number.where(register["born_on"].notna()))
