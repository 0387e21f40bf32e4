# Only the first line is returned: whoever shares a room is lost.
# points: who-was-in-ordinary-days 0
# points: who-was-in-change-over-days 0
def who_was_in(register, room, day, part_of_day):
    if part_of_day == "morning":
        there = (register["arrived_on"] < day) & (day <= register["left_on"])
    else:
        there = (register["arrived_on"] <= day) & (day < register["left_on"])
    if not pd.isna(room):
        there &= register["room"] == room
    return register.loc[there, "row_id"].tolist()[:1]
