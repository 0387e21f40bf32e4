# Nobody looks for a household that is there twice.
# points: fits-somebody-at-home 0
def fits(route, stops, shop):
    times = timetable(route, stops, shop)
    return (
        times["load_ge"] <= shop["cart_ge"]
        and times["back"] <= shop["home_minute"]
        and all(
            minute <= stops[household_id]["home_until_minute"]
            for household_id, minute in zip(route, times["begins"], strict=False)
        )
    )
