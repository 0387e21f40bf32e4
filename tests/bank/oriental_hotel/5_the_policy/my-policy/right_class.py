# Another route: a class with arrays of its own, without numpy's where or `older`.
class my_policy:
    def __init__(self):
        self.bunches = 0

    def __call__(self, view):
        plan = hotel.plan(view)
        again = view.stays > 1
        if view.month < 105:
            for i, bit in enumerate((2, 4, 8, 16, 32), start=1):
                old = view.month - view.noted_on[i] > 18
                plan.note[again & ((view.noted & bit == 0) | old)] |= bit
        plan.brief[again] = view.noted[again] & view.told[again]
        post = [hotel.POST_MONTHS[region] for region in view.home.tolist()]
        day = (view.month + np.array(post) - view.birthday) % 12 == 0
        plan.card[:] = day & (view.told // 16 % 2 == 1) & (view.stays >= 3)
        self.bunches += int(plan.card.sum())
        return plan
