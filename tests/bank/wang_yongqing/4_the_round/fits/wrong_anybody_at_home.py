# Nobody asks who is at home.
# points: fits-somebody-at-home 0
def fits(route, stops, shop):
    times = timetable(route, stops, shop)
    return (
        len(set(route)) == len(route)
        and times["load_ge"] <= shop["cart_ge"]
        and times["back"] <= shop["home_minute"]
    )
