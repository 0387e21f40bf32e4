# The day of birth alone: two people born on one day become one guest.
# points: identify-name-and-birth-date 0
# points: identify-missing-birth-date 0
def identify(register):
    return register.assign(guest_id=register["born_on"].dt.strftime("%Y-%m-%d"))
