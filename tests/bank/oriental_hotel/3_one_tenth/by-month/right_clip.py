# Another route: days counted from a range of dates, clip.
def by_month(demand, parts, rooms, year):
    days = pd.date_range(f"{year}-01-01", f"{year}-12-31").month.value_counts()
    table = pd.DataFrame({"offered": days.sort_index() * rooms})
    parts = [float(part) for part in parts]
    table["wanted"] = [demand / sum(parts) * part for part in parts]
    table["turned_away"] = (table["wanted"] - table["offered"]).clip(lower=0)
    table["sold"] = table["wanted"] - table["turned_away"]
    table["occupancy"] = table["sold"] / table["offered"]
    return table.rename_axis("month").reset_index()
