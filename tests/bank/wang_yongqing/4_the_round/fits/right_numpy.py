# Another route: early returns, and a numpy truth value.
def fits(route, stops, shop):
    import numpy as np

    if pd.Series(route, dtype=object).duplicated().any():
        return False
    times = timetable(route, stops, shop)
    until = np.array([stops[name]["home_until_minute"] for name in route], dtype=float)
    late = np.asarray(times["begins"], dtype=float) > until
    spare = min(shop["cart_ge"] - times["load_ge"], shop["home_minute"] - times["back"])
    return ~late.any() & np.bool_(spare >= 0)
