# Another route: plain loop, without sold.
def year_occupancy(months):
    sold = offered = 0
    for row in months.to_dict("records"):
        sold += min(row["wanted"], row["offered"])
        offered += row["offered"]
    return sold / offered
