# Names are compared as letters: yu is found in yukio.
# points: link-rooms-and-names 0
# points: link-nothing-guessed 0
def link(rows, register):
    key_of = dict(zip(register["row_id"], register["name_key"], strict=True))
    entry_ids = []
    for row in rows.itertuples():
        there = who_was_in(register, row.room, row.noted_on, row.part_of_day)
        words = set(row.name_key.split())
        fits = [entry for entry in there if row.name_key in key_of[entry]]
        entry_ids.append(fits[0] if len(fits) == 1 else None)
    return rows.assign(entry_id=entry_ids)
