# Another route: a table of days by households, cumulated.
import numpy as np


def score(plan, afterwards):
    table = afterwards.pivot(
        index="eaten_on", columns="household_id", values="eaten_ge"
    )
    spare = []
    for line in plan.to_dict("records"):
        own = table[line["household_id"]]
        last = line["come_on"] - pd.Timedelta(days=1)
        spare.append(line["stock_ge"] - own.loc[line["filled_on"] : last].sum())
    spare = np.array(spare, dtype=float)
    wait = (plan["come_on"] - plan["filled_on"]) / pd.Timedelta(days=1)
    return pd.Series(
        {
            "dry_share": np.mean(spare < 0),
            "left_ge": np.maximum(spare, 0).mean(),
            "days": wait.mean(),
            "visits": len(plan),
        }
    )
