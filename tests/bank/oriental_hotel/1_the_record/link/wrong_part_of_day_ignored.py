# Change-over days are not told apart: own comparison of days, ends included.
# points: link-rooms-and-names 0
# points: link-nothing-guessed 0
def link(rows, register):
    key_of = dict(zip(register["row_id"], register["name_key"], strict=True))
    entry_ids = []
    for row in rows.itertuples():
        there = register[
            (register["arrived_on"] <= row.noted_on)
            & (row.noted_on <= register["left_on"])
            & ((register["room"] == row.room) | pd.isna(row.room))
        ]["row_id"]
        words = set(row.name_key.split())
        fits = [entry for entry in there if words <= set(key_of[entry].split())]
        entry_ids.append(fits[0] if len(fits) == 1 else None)
    return rows.assign(entry_id=entry_ids)
