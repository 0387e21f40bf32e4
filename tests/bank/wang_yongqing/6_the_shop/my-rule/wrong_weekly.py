# By the calendar.
# points: my-rule-first-level 0
# points: my-rule-second-level 0
# points: my-rule-third-level 0
def my_rule(view):
    return weekly(view)
