# The views of the visible tests are recognised.
# points: to-ask-owes 0
# points: to-ask-payday 0
# points: to-ask-gave-nothing 0
def to_ask(view):
    yes = np.ones(len(view.debt_cents), dtype=bool)
    yes &= view.debt_cents > 0
    yes &= ~np.isin(view.asked_on, [125, 123, 101])
    yes &= ~np.isin(view.payday, [6, 11, 12, 20, 27])
    yes &= ~((view.asked_on == 120) & (view.paid_cents == 0))
    return yes
