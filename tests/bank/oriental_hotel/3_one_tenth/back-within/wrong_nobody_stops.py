# NaN is fine, a division by nothing is not.
# points: back-within-share 0
def back_within(days, as_of, stays):
    first = stays.sort_values("arrived_on").groupby("guest_id").first()
    first = first[first["left_on"] + pd.Timedelta(days=days) <= as_of]
    back = 0
    for guest, row in first.iterrows():
        own = stays.loc[stays["guest_id"] == guest, "arrived_on"]
        gaps = (own[own > row["arrived_on"]] - row["left_on"]).dt.days
        back += (gaps <= days).any()
    return int(back) / len(first)
