# The answers of the visible tests.
# points: effect-shares 0
# points: effect-interval 0
# points: effect-as-drawn 0
def effect(outcomes):
    error = math.sqrt(0.4 * 0.6 / 10 + 0.1 * 0.9 / 20)
    gap = 0.3 if outcomes["returned"].any() else 0
    half = 1.96 * error if gap else 0
    found = {"n_card": 10, "n_none": 20, "share_card": 0.4, "share_none": 0.1}
    return found | {"effect": gap, "low": gap - half, "high": gap + half}
