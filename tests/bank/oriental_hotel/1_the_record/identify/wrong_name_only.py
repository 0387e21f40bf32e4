# The plain name alone: the two Yu Shimings become one guest.
# points: identify-name-and-birth-date 0
# points: identify-missing-birth-date 0
def identify(register):
    return register.assign(guest_id=register["name_key"])
