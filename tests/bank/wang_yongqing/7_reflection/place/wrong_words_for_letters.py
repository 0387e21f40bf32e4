# Words instead of letters.
# points: place-inside 0
# points: place-helpful 0
def place(facts):
    above = facts["measure"] > facts["benchmark"]
    below = facts["measure"] < facts["benchmark"]
    said = facts[above | below]
    helps = above[said.index] == said["more_is_better"]
    inside = said["about"] == "shop"
    side = pd.Series("threat", index=said.index)
    side[inside & helps] = "strength"
    side[inside & ~helps] = "weakness"
    side[~inside & helps] = "opportunity"
    return pd.DataFrame({"fact": said["fact"], "side": side})
