# Another route: plain Python, a fraction.
from fractions import Fraction


def coverage(estimates, later, day_sd, level):
    known = {row["household_id"]: row for row in later.to_dict("records")}
    held = []
    for row in estimates.to_dict("records"):
        seen = known.get(row["household_id"])
        if seen is None:
            continue
        off = (seen["mean_ge"] - row["rate_ge"]) / np.hypot(
            row["se_ge"], day_sd / np.sqrt(seen["days"])
        )
        held.append(2 * NormalDist().cdf(abs(off)) - 1 <= level)
    return Fraction(sum(held), len(held))
