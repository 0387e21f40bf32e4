# Another route: month by month on the index, served nights as the rest.
def where_it_went(rule, base):
    months = rule.set_index("month").sort_index() - base.set_index("month").sort_index()
    back = {
        "rooms": months["rooms_cents"].sum(),
        "notes": -months["note_cents"].sum(),
        "briefs": -months["brief_cents"].sum(),
        "cards": -months["card_cents"].sum(),
    }
    back["serving"] = months["profit_cents"].sum() - sum(back.values())
    back["profit"] = months["profit_cents"].sum()
    return back
