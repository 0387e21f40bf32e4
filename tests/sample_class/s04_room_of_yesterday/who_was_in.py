def who_was_in(register, room, day, part_of_day):
    there = (register["arrived_on"] <= day) & (day <= register["left_on"])
    if not pd.isna(room):
        there &= register["room"] == room
    return register.loc[there, "row_id"].tolist()
