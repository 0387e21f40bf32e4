# Turned round.
# points: place-helpful 0
def place(facts):
    above = facts["measure"] > facts["benchmark"]
    below = facts["measure"] < facts["benchmark"]
    said = facts[above | below]
    helps = above[said.index] != said["more_is_better"]
    inside = said["about"] == "shop"
    side = pd.Series("T", index=said.index)
    side[inside & helps] = "S"
    side[inside & ~helps] = "W"
    side[~inside & helps] = "O"
    return pd.DataFrame({"fact": said["fact"], "side": side})
