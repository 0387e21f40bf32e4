# The step that is given for these books is copied: another hotel has other rows.
# points: identify-name-and-birth-date 0
# points: identify-missing-birth-date 0
def identify(register):
    return with_step(register, "guest_id")
