# The two groups of the visible test.
# points: effect-by-group-rows 0
def effect_by_group(outcomes):
    table = pd.DataFrame({"group": ["away", "recent"], "n_card": 5, "effect": [0.6, 0]})
    return table.assign(n_none=10, share_card=0, share_none=0, low=0, high=0)
