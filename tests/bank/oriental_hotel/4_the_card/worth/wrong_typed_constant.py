# The two groups of the visible tests.
# points: worth-gain 0
# points: worth-verdict 0
def worth(effects, margins, cost_cents):
    table = pd.DataFrame({"group": ["new", "old"], "gain_cents": [400, -2_600]})
    table["needed"] = [0.012, 0.003]
    return table.assign(verdict=["open", "does not pay"])
