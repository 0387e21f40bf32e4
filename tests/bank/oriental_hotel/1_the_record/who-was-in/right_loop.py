# Another route: plain Python over the lines, a set-free list in another order.
def who_was_in(register, room, day, part_of_day):
    anywhere = room is None or room != room
    found = []
    for line in register.to_dict("records"):
        if not anywhere and line["room"] != room:
            continue
        nights_before = (day - line["arrived_on"]).days
        nights_left = (line["left_on"] - day).days
        if part_of_day == "morning":
            nights_before -= 1
        else:
            nights_left -= 1
        if nights_before >= 0 and nights_left >= 0:
            found.insert(0, line["row_id"])
    return found
