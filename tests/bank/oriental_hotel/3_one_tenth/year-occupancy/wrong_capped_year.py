# The year is capped, not the month.
# points: year-occupancy-share 0
def year_occupancy(table):
    return min(1, table["wanted"].sum() / table["offered"].sum())
