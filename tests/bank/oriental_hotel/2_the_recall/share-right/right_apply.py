# Another route: a list of proposals, counted with numpy integers.
def share_right(rows, diary):
    told = [
        recall(guest, day, "morning", diary)["seat"]
        for guest, day in zip(rows["guest_id"], rows["happened_on"], strict=True)
    ]
    told = pd.Series(told, index=rows.index, dtype=object)
    known = told.notna()
    share = (told[known] == rows["seat"][known]).mean() if known.any() else None
    return {"share_right": share, "n_proposed": known.sum(), "n": known.size}
