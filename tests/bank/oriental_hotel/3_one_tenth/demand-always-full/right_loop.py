# Another route: the hardest month by the calendar.
def demand_always_full(season, rooms, year):
    import calendar

    parts, needed = list(season), 0
    for month, part in enumerate(parts, start=1):
        if part == 0:
            return None
        offered = calendar.monthrange(year, month)[1] * rooms
        needed = max(needed, offered / part * sum(parts))
    return needed
