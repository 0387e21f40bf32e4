# Another route: whole columns; other column and row order.
def worth(effects, margins, cost):
    margin = effects["group"].map(dict(margins))
    out = pd.DataFrame({"gain_cents": effects["effect"].mul(margin).sub(cost)})
    out["needed"] = cost / margin
    out["verdict"] = "open"
    out.loc[effects["low"] > out["needed"], "verdict"] = "pays"
    out.loc[effects["high"] < out["needed"], "verdict"] = "does not pay"
    return out.assign(group=effects["group"]).iloc[::-1]
