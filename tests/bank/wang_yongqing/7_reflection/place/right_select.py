# Another route: the sign of the gap, numpy's select.
def place(facts):
    sign = np.sign(facts["measure"] - facts["benchmark"]).fillna(0).to_numpy()
    sign = np.where(facts["more_is_better"], sign, -sign)
    shop = facts["about"].eq("shop").to_numpy()
    tests = [
        shop & (sign > 0),
        shop & (sign < 0),
        ~shop & (sign > 0),
        ~shop & (sign < 0),
    ]
    table = facts[["fact"]].assign(side=np.select(tests, list("SWOT"), default=""))
    return table[table["side"] != ""]
