# Another route: a small helper, index of dates, the day as text.
def so_far(table, guest_id, column, day):
    mine = table.loc[table["guest_id"].eq(guest_id)].set_index(column).sort_index()
    return mine.loc[: day - pd.Timedelta(days=1)]


def before_the_lift_opens(guest_id, day, entries, visits, notes):
    slips = so_far(visits, guest_id, "noted_on", day)
    told = so_far(notes, guest_id, "noted_on", day)
    told = told[told["purpose"].eq("table")]
    newest = so_far(entries, guest_id, "arrived_on", day + pd.Timedelta(days=1))
    last = slips.iloc[-1] if not slips.empty else None
    return {
        "wishes": "; ".join(told["note"].drop_duplicates().sort_values()),
        "items": None if last is None else last["items"],
        "seat": None if last is None else last["seat"],
        "last_visit_on": None if last is None else f"{last.name:%Y-%m-%d}",
        "name": newest["name"].iloc[-1],
    }
