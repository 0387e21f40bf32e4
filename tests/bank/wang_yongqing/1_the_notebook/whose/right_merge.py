# Another route: every slip beside every household of its name; other row order.
def whose(slips, register):
    numbers = slips["place"].fillna("").str.findall(r"\d+")
    asked = slips[["slip_id", "name_key"]].assign(
        said_lane=pd.to_numeric(numbers.str[0]),
        said_house=pd.to_numeric(numbers.str[1]),
    )
    pairs = asked.merge(register, on="name_key")
    lane_fits = pairs["said_lane"].isna() | (pairs["said_lane"] == pairs["lane"])
    house_fits = pairs["said_house"].isna() | (pairs["said_house"] == pairs["house"])
    sure = pairs[lane_fits & house_fits].drop_duplicates("slip_id", keep=False)
    result = slips.merge(sure[["slip_id", "household_id"]], on="slip_id", how="left")
    return result.sort_values("written_on", ascending=False)[sorted(result.columns)]
