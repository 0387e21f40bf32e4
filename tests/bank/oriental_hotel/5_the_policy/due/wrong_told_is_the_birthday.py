# Whoever told us his birthday and nothing else.
# points: due-on-the-day 0
# points: due-told 0
# points: due-worth-it 0
# points: due-not-so-soon 0
def due(view):
    arrives = view.month + np.array(hotel.POST_MONTHS)[view.home]
    on_the_day = arrives % 12 == view.birthday
    told = view.told == hotel.BIRTHDAY
    worth_it = (view.stays >= 3) & (view.complaints == 0)
    rested = (view.last_card < 0) | (view.month - view.last_card >= 6)
    return on_the_day & told & worth_it & rested
