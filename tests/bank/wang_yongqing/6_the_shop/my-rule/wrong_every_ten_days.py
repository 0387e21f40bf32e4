# Every ten days, and asks only whoever was paid lately: most money is never fetched.
# points: my-rule-first-level 0
# points: my-rule-second-level 0
# points: my-rule-third-level 0
def my_rule(view):
    visit = tour(view, np.flatnonzero(view.customer & (view.day - view.last_on >= 10)))
    owes = (view.debt_cents > 0) & (view.day - view.asked_on > 7)
    ask = owes & ((view.payday < 0) | ((view.day - view.payday) % 30 <= 3))
    return Decision(visit=visit, bring=np.full(len(visit), 300), collect=ask[visit])
