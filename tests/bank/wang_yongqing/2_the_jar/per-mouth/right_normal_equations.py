# Another route: the normal equations, in plain Python.
def per_mouth(spans, households):
    total = {}
    for home, days, eaten in zip(
        spans["household_id"], spans["days"], spans["eaten_ge"], strict=True
    ):
        n, ge = total.get(home, (0, 0))
        total[home] = n + days, ge + eaten
    aa = ac = cc = ar = cr = 0.0
    for home, a, c in zip(
        households["household_id"],
        households["adults"],
        households["children"],
        strict=True,
    ):
        n, ge = total.get(home, (0, 0))
        if n < 40:
            continue
        rate = float(ge / n)
        aa, ac, cc = aa + a * a, ac + a * c, cc + c * c
        ar, cr = ar + a * rate, cr + c * rate
    det = aa * cc - ac * ac
    return [(ar * cc - cr * ac) / det, (cr * aa - ar * ac) / det]
