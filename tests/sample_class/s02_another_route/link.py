def link(rows, register):
    words_of = {
        line["row_id"]: line["name_key"].split() for line in register.to_dict("records")
    }
    linked = rows.copy().sort_values("row_id", ascending=False)
    linked["entry_id"] = pd.Series(index=linked.index, dtype="object")
    for label, row in linked.iterrows():
        agreeing = []
        for entry in who_was_in(
            register, row["room"], row["noted_on"], row["part_of_day"]
        ):
            if all(word in words_of[entry] for word in row["name_key"].split()):
                agreeing.append(entry)
        if len(agreeing) == 1:
            linked.loc[label, "entry_id"] = agreeing.pop()
    return linked
