# Another route: the moment of the day is compared with noon, category dtype.
def who_was_in(register, room, day, part_of_day):
    moment = day + pd.Timedelta(hours=8 if part_of_day == "morning" else 20)
    noon = pd.Timedelta(hours=12)
    mine = register.set_index("row_id")
    mine = mine[
        (mine["arrived_on"] + noon < moment) & (mine["left_on"] + noon > moment)
    ]
    if isinstance(room, str):
        mine = mine[mine["room"].astype("category") == room]
    return list(mine.index.astype("category"))
