# Another route: household by household, numbers instead of yes and no.
def to_ask(view):
    answers = [0] * len(view.debt_cents)
    for i, debt in enumerate(view.debt_cents.tolist()):
        asked_on, payday = int(view.asked_on[i]), int(view.payday[i])
        if debt <= 0 or (asked_on >= 0 and view.day - asked_on <= 7):
            continue
        after = {payday, (payday + 1) % 30, (payday + 2) % 30, (payday + 3) % 30}
        if payday != -1 and view.day % 30 not in after:
            continue
        if view.paid_cents[i] == 0 and view.day < asked_on + 30:
            continue
        answers[i] = 1
    return answers
