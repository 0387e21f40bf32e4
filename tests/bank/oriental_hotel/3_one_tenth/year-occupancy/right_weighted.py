# Another route: months weighted by what they offer.
def year_occupancy(table):
    weight = table["offered"] / table["offered"].sum()
    return (weight * table["sold"] / table["offered"]).sum()
