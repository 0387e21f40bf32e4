# Another reading: only customers are asked. Answers are 1.0 and 0.0.
def to_ask(view):
    answers = np.zeros(len(view.customer))
    since = view.day - view.asked_on
    yes = view.customer & (view.debt_cents > 0) & ((view.asked_on < 0) | (since > 7))
    yes &= (view.payday < 0) | ((view.day % 30 - view.payday) % 30 < 4)
    yes &= (view.paid_cents != 0) | (since >= 30)
    answers[yes] = 1
    return answers
