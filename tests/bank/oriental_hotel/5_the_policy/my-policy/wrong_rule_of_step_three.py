# The rule that step 3 gives away: all that was told, and the orchids of step 2.
# points: my-policy-second-level 0
# points: my-policy-third-level 0
def my_policy(view):
    return with_orchids(view)
