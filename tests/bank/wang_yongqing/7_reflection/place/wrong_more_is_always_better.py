# Above the benchmark is good, whatever it is.
# points: place-helpful 0
def place(facts):
    above = facts["measure"] > facts["benchmark"]
    below = facts["measure"] < facts["benchmark"]
    said = facts[above | below]
    helps = above[said.index]
    inside = said["about"] == "shop"
    side = pd.Series("T", index=said.index)
    side[inside & helps] = "S"
    side[inside & ~helps] = "W"
    side[~inside & helps] = "O"
    return pd.DataFrame({"fact": said["fact"], "side": side})
