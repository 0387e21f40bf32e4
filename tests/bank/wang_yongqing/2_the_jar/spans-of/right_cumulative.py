# Another route: cumulated rice up to each day, with pandas.
def spans_of(own):
    by_day = own.groupby("delivered_on").agg(
        poured=("poured_ge", "sum"), seen=("in_jar_ge", "max")
    )
    by_day["before"] = by_day["poured"].cumsum() - by_day["poured"]
    looks = by_day.dropna(subset="seen").reset_index()
    table = pd.DataFrame(
        {
            "start_on": looks["delivered_on"].shift(),
            "end_on": looks["delivered_on"],
            "days": looks["delivered_on"].diff().dt.days,
            "eaten_ge": (looks["before"] - looks["seen"].astype(int)).diff(),
        }
    )
    table = table[looks["seen"] > 0].iloc[:].dropna()
    early, late = table["end_on"] <= FEAST_FIRST, table["start_on"] > FEAST_LAST
    return table[early | late].to_dict("records")
