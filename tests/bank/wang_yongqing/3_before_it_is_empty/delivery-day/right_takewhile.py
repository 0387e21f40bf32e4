# Another route: count the safe days at the start.
import itertools


def delivery_day(chances, filled_on, today, service):
    safe = itertools.takewhile(lambda c: c + service <= 1 + 1e-12, chances[1:])
    day = filled_on + pd.DateOffset(days=len(list(safe)))
    return today if day < today else day
