# What is wanted counts as sold.
# points: year-occupancy-share 0
def year_occupancy(table):
    return table["wanted"].sum() / table["offered"].sum()
