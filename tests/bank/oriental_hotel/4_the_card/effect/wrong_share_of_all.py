# Returns as a share of all guests, not of the arm.
# points: effect-shares 0
# points: effect-interval 0
# points: effect-as-drawn 0
def effect(outcomes):
    card = outcomes.loc[outcomes["arm"] == "card", "returned"]
    none = outcomes.loc[outcomes["arm"] == "no card", "returned"]
    p, q = card.sum() / len(outcomes), none.sum() / len(outcomes)
    error = math.sqrt(p * (1 - p) / len(card) + q * (1 - q) / len(none))
    return {
        "n_card": len(card),
        "n_none": len(none),
        "share_card": p,
        "share_none": q,
        "effect": p - q,
        "low": p - q - 1.96 * error,
        "high": p - q + 1.96 * error,
    }
