# The birthday, not the posting, lies between the days.
# points: choose-days-and-groups 0
# points: choose-best 0
def choose(people, gains, first_day, last_day, most):
    gain = people["group"].map(gains)
    may = ~people["no_mail"] & ~people["open_complaint"] & people["born_on"].notna()
    asked = people.assign(gain=gain)[may & (gain > 0)]
    asked["post_on"] = pd.to_datetime(
        [post_on(row.born_on, row.home, first_day) for row in asked.itertuples()]
    )
    asked = asked[
        asked["post_on"] + pd.to_timedelta(asked["home"].map(POST_DAYS), unit="D")
        <= last_day
    ]
    best = asked.sort_values(["gain", "guest_id"], ascending=[False, True]).head(most)
    return best.sort_values(["post_on", "guest_id"])[["guest_id", "post_on"]]
