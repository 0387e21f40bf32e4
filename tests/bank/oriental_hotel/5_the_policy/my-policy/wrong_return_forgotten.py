# The plan is made and not handed back.
# points: my-policy-first-level 0
# points: my-policy-second-level 0
# points: my-policy-third-level 0
# points: my-policy-short-form 0
def my_policy(view):
    plan = hotel.plan(view)
    plan.note[:] = hotel.ALL & ~view.noted
    plan.brief[:] = view.noted & view.told
