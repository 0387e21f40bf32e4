# A missing room is compared like a room: nobody is found.
# points: who-was-in-ordinary-days 0
def who_was_in(register, room, day, part_of_day):
    if part_of_day == "morning":
        there = (register["arrived_on"] < day) & (day <= register["left_on"])
    else:
        there = (register["arrived_on"] <= day) & (day < register["left_on"])
    there &= register["room"] == room
    return register.loc[there, "row_id"].tolist()
