# Another route: groupby and merge, guests in the index, categories, dates as date.
def favourite(visits, column):
    uses = visits.groupby(["guest_id", column])["noted_on"].agg(["size", "max"])
    uses = uses.reset_index().sort_values(["size", "max"])
    return uses.drop_duplicates("guest_id", keep="last").set_index("guest_id")[column]


def guest_records(entries, visits, notes):
    lines = entries.dropna(subset=["guest_id"]).sort_values("arrived_on")
    before = lines[["guest_id", "left_on"]].drop_duplicates()
    before = before.rename(columns={"left_on": "arrived_on"}).assign(moved=True)
    lines = lines.merge(before, on=["guest_id", "arrived_on"], how="left")
    grouped = lines.groupby("guest_id")
    table = pd.DataFrame(
        {
            "last_left_on": grouped["left_on"].max().dt.date,
            "n_stays": grouped.size() - grouped["moved"].count(),
            "name": grouped["name"].last(),
        }
    )
    for column in ("seat", "items"):
        table[f"usual_{column}"] = favourite(visits, column).astype("category")
    mine = notes[notes["purpose"] != "doctor"].sort_values("note")
    mine = mine.drop_duplicates(["guest_id", "note"])
    table["wishes"] = mine.groupby("guest_id")["note"].agg("; ".join)
    table["wishes"] = table["wishes"].fillna("")
    return table
