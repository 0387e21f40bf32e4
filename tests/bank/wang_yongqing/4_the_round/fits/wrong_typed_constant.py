# The answers of the small street are typed in.
# points: fits-cart-and-hours 0
# points: fits-somebody-at-home 0
def fits(route, stops, shop):
    route = "".join(route)
    if route == "DA":
        return shop["cart_ge"] >= 400 and shop["home_minute"] >= 451
    return route in ("", "CE", "D")
