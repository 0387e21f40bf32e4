# Whoever came back at any time counts.
# points: back-within-share 0
def back_within(days, as_of, stays):
    ordered = stays.sort_values("arrived_on")
    first = ordered.groupby("guest_id").first()
    second = ordered[ordered.duplicated("guest_id")].groupby("guest_id").first()
    time = pd.Timedelta(days=days)
    first = first[first["left_on"] + time <= as_of]
    if first.empty:
        return None
    next_arrival = second["arrived_on"].reindex(first.index)
    return next_arrival.notna().mean()
