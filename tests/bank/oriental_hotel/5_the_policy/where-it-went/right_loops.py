# Another route: plain Python, other order of the keys, floats.
def where_it_went(rule, base):
    def all_of(table, column):
        return float(sum(list(table[column])))

    names = {"cards": "card_cents", "briefs": "brief_cents", "notes": "note_cents"}
    back = {k: all_of(base, c) - all_of(rule, c) for k, c in names.items()}
    for key in ("profit", "rooms"):
        back[key] = all_of(rule, key + "_cents") - all_of(base, key + "_cents")
    back["serving"] = 0.0
    for column in ("first_nights", "returning_nights"):
        back["serving"] -= 25000.0 * (all_of(rule, column) - all_of(base, column))
    return back
