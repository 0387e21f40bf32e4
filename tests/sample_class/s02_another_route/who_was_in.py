def who_was_in(register, room, day, part_of_day):
    # Mornings are even numbers, evenings odd ones: a stay is one stretch of them.
    moment = 2 * day.toordinal() + (part_of_day == "evening")
    columns = ["row_id", "room", "arrived_on", "left_on"]
    found = set()
    for row_id, its_room, came, went in register[columns].to_numpy():
        stays = 2 * came.toordinal() + 1 <= moment <= 2 * went.toordinal()
        if stays and (pd.isna(room) or its_room == room):
            found.add(row_id)
    return list(found)
