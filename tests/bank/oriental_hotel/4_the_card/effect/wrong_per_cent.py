# In per cent.
# points: effect-shares 0
# points: effect-interval 0
# points: effect-as-drawn 0
def effect(outcomes):
    card = outcomes.loc[outcomes["arm"] == "card", "returned"]
    none = outcomes.loc[outcomes["arm"] == "no card", "returned"]
    p, q = 100 * card.mean(), 100 * none.mean()
    error = 100 * math.sqrt(
        p * (100 - p) / 1e4 / len(card) + q * (100 - q) / 1e4 / len(none)
    )
    return {
        "n_card": len(card),
        "n_none": len(none),
        "share_card": p,
        "share_none": q,
        "effect": p - q,
        "low": p - q - 1.96 * error,
        "high": p - q + 1.96 * error,
    }
