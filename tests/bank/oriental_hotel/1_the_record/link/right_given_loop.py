# In the loop that is given, with all().
def link(rows, register):
    key_of = dict(zip(register["row_id"], register["name_key"], strict=True))
    entry_ids = []
    for row in rows.itertuples():
        entry_id = None
        left = []
        for entry in who_was_in(register, row.room, row.noted_on, row.part_of_day):
            words = key_of[entry].split(" ")
            if all(word in words for word in row.name_key.split()):
                left.append(entry)
        if len(left) == 1:
            (entry_id,) = left
        entry_ids.append(entry_id)
    return rows.assign(entry_id=entry_ids)
