# The stop must be over while they are at home.
# points: fits-somebody-at-home 0
def fits(route, stops, shop):
    times = timetable(route, stops, shop)
    return (
        len(set(route)) == len(route)
        and times["load_ge"] <= shop["cart_ge"]
        and times["back"] <= shop["home_minute"]
        and all(
            minute + 6 <= stops[household_id]["home_until_minute"]
            for household_id, minute in zip(route, times["begins"], strict=False)
        )
    )
