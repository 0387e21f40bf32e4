# Every line without a day of birth becomes a guest of its own.
# points: identify-missing-birth-date 0
def identify(register):
    born = register["born_on"].dt.strftime("%Y-%m-%d").fillna(register["row_id"])
    return register.assign(guest_id=register["name_key"] + " " + born)
