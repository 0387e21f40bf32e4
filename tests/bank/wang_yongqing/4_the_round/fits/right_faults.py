# Another route: a list of faults, which has to be empty.
def fits(names, day, firm):
    said = timetable(names, day, firm)
    faults = [name for i, name in enumerate(names) if name in names[:i]]
    for name, minute in zip(names, said["begins"], strict=True):
        if minute > day[name]["home_until_minute"]:
            faults.append(name)
    if said["load_ge"] > firm["cart_ge"] or said["back"] > firm["home_minute"]:
        faults.append("shop")
    return not faults
