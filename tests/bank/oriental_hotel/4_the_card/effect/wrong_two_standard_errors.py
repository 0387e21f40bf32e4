# Two standard errors to each side.
# points: effect-interval 0
def effect(outcomes):
    card = outcomes.loc[outcomes["arm"] == "card", "returned"]
    none = outcomes.loc[outcomes["arm"] == "no card", "returned"]
    p, q = card.mean(), none.mean()
    error = math.sqrt(p * (1 - p) / len(card) + q * (1 - q) / len(none))
    return {
        "n_card": len(card),
        "n_none": len(none),
        "share_card": p,
        "share_none": q,
        "effect": p - q,
        "low": p - q - 2 * error,
        "high": p - q + 2 * error,
    }
