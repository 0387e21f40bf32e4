# Stays are counted, not guests.
# points: back-within-share 0
def back_within(days, as_of, stays):
    ordered = stays.sort_values(["guest_id", "arrived_on"])
    again = ordered.groupby("guest_id")["arrived_on"].shift(-1)
    time = pd.Timedelta(days=days)
    had_chance = ordered["left_on"] + time <= as_of
    in_time = again <= ordered["left_on"] + time
    return in_time[had_chance].mean() if had_chance.any() else None
