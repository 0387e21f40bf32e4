# Another route: the next arrival by shift.
def back_within(days, as_of, stays):
    ordered = stays.sort_values(["guest_id", "arrived_on"])
    again = ordered.groupby("guest_id")["arrived_on"].shift(-1)
    first = ~ordered["guest_id"].duplicated()
    gap = (again - ordered["left_on"]).dt.days[first]
    had_chance = (as_of - ordered["left_on"]).dt.days[first] >= days
    return (gap[had_chance] <= days).mean() if had_chance.any() else float("nan")
