# Decides, and does not say what.
# points: my-rule-first-level 0
# points: my-rule-second-level 0
# points: my-rule-third-level 0
def my_rule(view):
    rice_shop.sensible(view)
