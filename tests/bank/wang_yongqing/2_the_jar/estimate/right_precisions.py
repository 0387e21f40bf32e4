# Another route: add up precisions, household by household.
def estimate(spans, households, adult_ge, child_ge, day_sd, habit_sd):
    lines = []
    for home in households.to_dict("records"):
        own = spans.loc[spans["household_id"] == home["household_id"]]
        n, ge = own["days"].sum(), own["eaten_ge"].sum()
        mouths = adult_ge * home["adults"] + child_ge * home["children"]
        sure = habit_sd**-2 + n / day_sd**2
        lines.append(
            {
                "se_ge": sure**-0.5,
                "rate_ge": (mouths * habit_sd**-2 + ge / day_sd**2) / sure,
                "watched_days": float(n),
                "household_id": home["household_id"],
            }
        )
    return pd.DataFrame(lines[::-1])
