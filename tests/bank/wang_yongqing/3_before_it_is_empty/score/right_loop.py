# Another route: household by household, in plain Python; fractions.
from fractions import Fraction


def score(plan, afterwards):
    days_of = {}
    for home, day, ge in zip(
        afterwards["household_id"],
        afterwards["eaten_on"],
        afterwards["eaten_ge"],
        strict=True,
    ):
        days_of.setdefault(home, []).append((day, int(ge)))
    n_dry = left = days = 0
    for home, stock, start, end in plan[
        ["household_id", "stock_ge", "filled_on", "come_on"]
    ].itertuples(index=False):
        spare = stock - sum(ge for day, ge in days_of[home] if start <= day < end)
        n_dry += spare < 0
        left += max(int(spare), 0)
        days += (end - start).days
    n = len(plan)
    return {"days": Fraction(days, n), "dry_share": n_dry / n, "left_ge": left / n}
