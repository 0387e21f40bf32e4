# Another route: every row beside every line, then filters; other order of rows and
# columns, category dtype, no use of who_was_in.
def link(rows, register):
    lines = register.rename(columns={"row_id": "entry_id"})
    pairs = rows.merge(lines, how="cross", suffixes=("", "_of_line"))
    same_room = pairs["room"].isna() | (pairs["room"] == pairs["room_of_line"])
    is_morning = pairs["part_of_day"] == "morning"
    arrived = pairs["arrived_on"] + pd.to_timedelta(is_morning.astype(int), unit="D")
    left = pairs["left_on"] - pd.to_timedelta((~is_morning).astype(int), unit="D")
    in_time = (arrived <= pairs["noted_on"]) & (pairs["noted_on"] <= left)
    pairs = pairs[same_room & in_time]
    agrees = [
        all(word in line.split(" ") for word in said.split())
        for said, line in zip(pairs["name_key"], pairs["name_key_of_line"], strict=True)
    ]
    pairs = pairs[agrees]
    sure = pairs.drop_duplicates("row_id", keep=False)[["row_id", "entry_id"]]
    result = rows.merge(sure, on="row_id", how="left")
    result["entry_id"] = result["entry_id"].astype("category")
    return result.sort_values("noted_on", ascending=False)[sorted(result.columns)]
