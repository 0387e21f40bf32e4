# All that he told, written down each time; nobody gets orchids.
# points: my-policy-second-level 0
# points: my-policy-third-level 0
def my_policy(view):
    return hotel.Plan(note=hotel.ALL, brief=view.noted & view.told)
