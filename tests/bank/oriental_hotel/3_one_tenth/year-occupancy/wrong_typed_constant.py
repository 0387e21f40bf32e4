# The answer of the visible test.
# points: year-occupancy-share 0
def year_occupancy(table):
    return 250 / 400
