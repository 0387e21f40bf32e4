# None is everybody, but NaN, as it stands in the tables, is compared like a room.
# points: who-was-in-ordinary-days 0
def who_was_in(register, room, day, part_of_day):
    if part_of_day == "morning":
        there = (register["arrived_on"] < day) & (day <= register["left_on"])
    else:
        there = (register["arrived_on"] <= day) & (day < register["left_on"])
    if room is not None:
        there &= register["room"] == room
    return register.loc[there, "row_id"].tolist()
