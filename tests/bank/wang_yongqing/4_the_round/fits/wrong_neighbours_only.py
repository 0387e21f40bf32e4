# Only a household that follows itself is found.
# points: fits-somebody-at-home 0
import itertools


def fits(route, stops, shop):
    times = timetable(route, stops, shop)
    return (
        all(a != b for a, b in itertools.pairwise(route))
        and times["load_ge"] <= shop["cart_ge"]
        and times["back"] <= shop["home_minute"]
        and all(
            minute <= stops[household_id]["home_until_minute"]
            for household_id, minute in zip(route, times["begins"], strict=False)
        )
    )
