# Nothing.
# points: my-policy-first-level 0
# points: my-policy-second-level 0
# points: my-policy-third-level 0
# points: my-policy-short-form 0
def my_policy(view):
    return None
