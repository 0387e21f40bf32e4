# The months of the visible tests are typed in.
# points: by-month-offered-and-wanted 0
# points: by-month-sold 0
def by_month(demand, season, rooms, year):
    days = [31, 29 if year == 2028 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    wanted = [400 if demand == 1_500 else 100] + [100] * 11
    table = pd.DataFrame({"month": range(1, 13), "wanted": wanted})
    table["offered"] = [10 * d for d in days]
    table["sold"] = [310 if demand == 1_500 else 100] + [100] * 11
    table["turned_away"] = [90] + [0] * 11
    table["occupancy"] = table["sold"] / table["offered"]
    return table
