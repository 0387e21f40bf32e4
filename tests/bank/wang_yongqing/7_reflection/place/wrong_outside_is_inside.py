# Opportunities are called strengths.
# points: place-inside 0
def place(facts):
    above = facts["measure"] > facts["benchmark"]
    below = facts["measure"] < facts["benchmark"]
    said = facts[above | below]
    helps = above[said.index] == said["more_is_better"]
    inside = said["about"] == "shop"
    side = pd.Series("W", index=said.index)
    side[inside & helps] = "S"
    side[inside & ~helps] = "W"
    side[~inside & helps] = "S"
    return pd.DataFrame({"fact": said["fact"], "side": side})
