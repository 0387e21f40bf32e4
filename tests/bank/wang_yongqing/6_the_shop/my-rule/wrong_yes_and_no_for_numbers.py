# A yes or no for each household, where their numbers are asked for.
# points: my-rule-first-level 0
# points: my-rule-second-level 0
# points: my-rule-third-level 0
def my_rule(view):
    return Decision(visit=view.customer, bring=np.full(300, 300))
