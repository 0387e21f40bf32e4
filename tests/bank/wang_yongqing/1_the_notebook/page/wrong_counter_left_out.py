# points: page-last-delivery 0
def page(deliveries, talks, day):
    past = deliveries[
        (deliveries["delivered_on"] <= day) & (deliveries["kind"] == "delivery")
    ]
    by_day = past.groupby(["household_id", "delivered_on"], as_index=False)
    last = by_day["poured_ge"].sum().sort_values("delivered_on")
    last = last.drop_duplicates("household_id", keep="last")
    last = last.rename(columns={"delivered_on": "last_on", "poured_ge": "last_ge"})
    seen = past[past["in_jar_ge"].notna()].sort_values("delivered_on")
    seen = seen.drop_duplicates("household_id", keep="last")
    seen = seen.rename(columns={"delivered_on": "seen_on", "in_jar_ge": "seen_ge"})
    told = talks[talks["noted_on"] <= day].sort_values("noted_on")
    told = told.drop_duplicates("household_id", keep="last")
    return last.merge(
        told[["household_id", "adults", "children"]], on="household_id", how="left"
    ).merge(seen[["household_id", "seen_on", "seen_ge"]], on="household_id", how="left")
