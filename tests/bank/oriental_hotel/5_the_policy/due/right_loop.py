# Another route: guest by guest, a list of 0 and 1.
def due(view):
    answers = []
    for i in range(len(view.stays)):
        post = (1, 1, 2, 3)[int(view.home[i])]
        wait = (int(view.birthday[i]) - view.month) % 12
        last = int(view.last_card[i])
        yes = wait == post and view.birthday[i] >= 0
        yes = yes and int(view.told[i]) // 16 % 2 == 1
        yes = yes and view.stays[i] > 2 and not view.complaints[i]
        answers.append(int(bool(yes and (last == -1 or last <= view.month - 6))))
    return answers
