# The sensible rule of chapter 12, for a boy with two sound feet.
# points: my-rule-third-level 0
def my_rule(view):
    return rice_shop.sensible(view)
