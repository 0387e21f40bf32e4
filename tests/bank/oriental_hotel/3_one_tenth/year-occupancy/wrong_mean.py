# The mean of the months.
# points: year-occupancy-share 0
def year_occupancy(table):
    return table["occupancy"].mean()
