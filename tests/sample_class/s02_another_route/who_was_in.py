def who_was_in(register, room, day, part_of_day):
    found = []
    for _, line in register.sort_values("left_on", ascending=False).iterrows():
        if isinstance(room, str) and line["room"] != room:
            continue
        nights = pd.date_range(line["arrived_on"], line["left_on"], inclusive="left")
        mornings = nights + pd.Timedelta(days=1)
        if day in (mornings if part_of_day == "morning" else nights):
            found.append(line["row_id"])
    return found
