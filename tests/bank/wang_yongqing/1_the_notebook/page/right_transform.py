# Another route: groupby with transform, last and join; floats.
def page(deliveries, talks, day):
    past = deliveries.query("delivered_on <= @day").sort_values("delivered_on")
    newest = past.groupby("household_id")["delivered_on"].transform("max")
    today = past[past["delivered_on"] == newest]
    line = pd.DataFrame(
        {
            "last_on": today.groupby("household_id")["delivered_on"].last(),
            "last_ge": today.groupby("household_id")["poured_ge"].sum() * 1.0,
        }
    )
    looks = past.dropna(subset=["in_jar_ge"]).groupby("household_id").last()
    line = line.join(
        looks[["delivered_on", "in_jar_ge"]].set_axis(["seen_on", "seen_ge"], axis=1)
    )
    words = talks.query("noted_on <= @day").sort_values("noted_on")
    words = words.groupby("household_id")[["adults", "children"]].last()
    return line.join(words).rename_axis("household_id").reset_index()
