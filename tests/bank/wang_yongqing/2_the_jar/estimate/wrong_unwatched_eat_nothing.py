# points: estimate-new-households 0
def estimate(spans, households, adult_ge, child_ge, day_sd, habit_sd):
    sums = spans.groupby("household_id")[["days", "eaten_ge"]].sum()
    table = households.merge(sums.reset_index(), on="household_id", how="left")
    days = table["days"].fillna(0)
    mouths = adult_ge * table["adults"] + child_ge * table["children"]
    own = (table["eaten_ge"] / table["days"]).fillna(mouths)
    weight = days * habit_sd**2 / (days * habit_sd**2 + day_sd**2)
    own[days == 0] = mouths[days == 0] = 0
    return pd.DataFrame(
        {
            "household_id": table["household_id"],
            "watched_days": days.astype(int),
            "rate_ge": weight * own + (1 - weight) * mouths,
            "se_ge": habit_sd * (1 - weight) ** 0.5,
        }
    )
