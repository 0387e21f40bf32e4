# Only what is missing is written down; nobody gets orchids.
# points: my-policy-second-level 0
# points: my-policy-third-level 0
def my_policy(view):
    return hotel.Plan(note=hotel.ALL & ~view.noted, brief=view.noted & view.told)
