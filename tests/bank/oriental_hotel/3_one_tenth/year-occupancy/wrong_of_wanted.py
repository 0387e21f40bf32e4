# The share of what was wanted.
# points: year-occupancy-share 0
def year_occupancy(table):
    return table["sold"].sum() / table["wanted"].sum()
