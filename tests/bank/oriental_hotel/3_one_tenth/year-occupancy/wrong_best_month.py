# The fullest month.
# points: year-occupancy-share 0
def year_occupancy(table):
    return (table["sold"] / table["offered"]).max()
