# All columns are handed back.
# points: place-inside 0
# points: place-helpful 0
# points: place-neither 0
def place(facts):
    above = facts["measure"] > facts["benchmark"]
    below = facts["measure"] < facts["benchmark"]
    said = facts[above | below]
    helps = above[said.index] == said["more_is_better"]
    inside = said["about"] == "shop"
    side = pd.Series("T", index=said.index)
    side[inside & helps] = "S"
    side[inside & ~helps] = "W"
    side[~inside & helps] = "O"
    return said.assign(side=side)
