# Arrival and departure day count whole: two guests in one room at change-over.
# points: who-was-in-change-over-days 0
def who_was_in(register, room, day, part_of_day):
    there = register["arrived_on"].le(day) & register["left_on"].ge(day)
    if not pd.isna(room):
        there &= register["room"] == room
    return register.loc[there, "row_id"].tolist()
