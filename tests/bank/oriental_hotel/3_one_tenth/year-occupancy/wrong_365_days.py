# A year of 365 days in the rooms of January.
# points: year-occupancy-share 0
def year_occupancy(table):
    return table["sold"].sum() / (table["offered"].iloc[0] / 31 * 365)
