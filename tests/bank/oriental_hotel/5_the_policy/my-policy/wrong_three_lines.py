# What is missing, what was told, the orchids of step 2: no thought of one's own.
# points: my-policy-third-level 0
def my_policy(view):
    return hotel.Plan(
        note=hotel.ALL & ~view.noted,
        brief=view.noted & view.told,
        card=due(view),
    )
