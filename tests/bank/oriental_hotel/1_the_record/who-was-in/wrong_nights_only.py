# The part of the day is ignored: who sleeps there that night is in the room.
# points: who-was-in-change-over-days 0
def who_was_in(register, room, day, part_of_day):
    there = (register["arrived_on"] <= day) & (day < register["left_on"])
    if not pd.isna(room):
        there &= register["room"] == room
    return register.loc[there, "row_id"].tolist()
