def who_was_in(register, room, day, part_of_day):
    # Mornings are even numbers, evenings odd ones: a stay is one stretch of them.
    moment = 2 * day.toordinal() + (part_of_day == "evening")
    found = set()
    for line in register.to_dict("records"):
        first = 2 * line["arrived_on"].toordinal() + 1
        last = 2 * line["left_on"].toordinal()
        if first <= moment <= last and (pd.isna(room) or line["room"] == room):
            found.add(line["row_id"])
    return list(found)
