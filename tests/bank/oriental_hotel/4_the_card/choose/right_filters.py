# Another route: filter after filter; object dtype for the days.
def choose(people, gains, first_day, last_day, most):
    people = people.dropna(subset=["born_on"]).query("not no_mail")
    people = people[people["group"].isin([g for g in gains if gains[g] > 0])]
    people = people.loc[people["open_complaint"].eq(False)].sort_values("guest_id")
    when = [
        post_on(born, home, first_day)
        for born, home in zip(people["born_on"], people["home"], strict=True)
    ]
    people = people.assign(post_on=pd.Series(when, index=people.index, dtype=object))
    people = people[pd.Series([day <= last_day for day in when], people.index, bool)]
    order = (
        people["group"]
        .map(gains)
        .astype(float)
        .sort_values(ascending=False, kind="stable")
    )
    people = people.loc[order.index].iloc[:most]
    order = people.sort_values("guest_id")
    days = pd.to_datetime(order["post_on"]).sort_values(kind="stable")
    return order.loc[days.index, ["guest_id", "post_on"]].reset_index(drop=True)
