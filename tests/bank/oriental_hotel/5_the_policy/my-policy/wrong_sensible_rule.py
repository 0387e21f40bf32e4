# Cards before the season, a note a year.
# points: my-policy-second-level 0
# points: my-policy-third-level 0
def my_policy(view):
    return hotel.sensible_rule(view)
