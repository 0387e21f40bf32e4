# The numbers of the households, as Decision takes them, not a yes or no for each.
# points: to-ask-owes 0
# points: to-ask-payday 0
# points: to-ask-gave-nothing 0
def to_ask(view):
    never = view.asked_on == -1
    since = view.day - view.asked_on
    owes = (view.debt_cents > 0) & (never | (since > 7))
    paid_lately = (view.day - view.payday) % 30 <= 3
    has_money = (view.payday < 0) | paid_lately
    gave_nothing = (view.paid_cents == 0) & (since < 30)
    return np.flatnonzero(owes & has_money & ~gave_nothing)
