# Where the payday is not known, rule 3 is passed over as well.
# points: to-ask-gave-nothing 0
def to_ask(view):
    since = view.day - view.asked_on
    owes = (view.debt_cents > 0) & ((view.asked_on == -1) | (since > 7))
    paid_lately = (view.day - view.payday) % 30 <= 3
    gave_nothing = (view.paid_cents == 0) & (since < 30)
    return owes & ((view.payday == -1) | (paid_lately & ~gave_nothing))
