# Another route: the mouths are worth so many days of watching.
def estimate(spans, households, adult_ge, child_ge, day_sd, habit_sd):
    worth = (day_sd / habit_sd) ** 2
    homes = households.set_index("household_id")
    total = spans.groupby("household_id")[["days", "eaten_ge"]].sum()
    total = total.reindex(homes.index, fill_value=0)
    mouths = homes[["adults", "children"]] @ np.array([adult_ge, child_ge])
    result = homes.assign(
        watched_days=total["days"],
        rate_ge=(worth * mouths + total["eaten_ge"]) / (worth + total["days"]),
        se_ge=day_sd / np.sqrt(worth + total["days"]),
    )
    return result.reset_index().sort_values("rate_ge")
