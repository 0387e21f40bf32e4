# The hour of return is not looked at.
# points: fits-cart-and-hours 0
def fits(route, stops, shop):
    times = timetable(route, stops, shop)
    return (
        len(set(route)) == len(route)
        and times["load_ge"] <= shop["cart_ge"]
        and all(
            minute <= stops[household_id]["home_until_minute"]
            for household_id, minute in zip(route, times["begins"], strict=False)
        )
    )
