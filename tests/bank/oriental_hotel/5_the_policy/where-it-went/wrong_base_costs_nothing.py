# The base is taken to have no costs.
# points: where-it-went-costs 0
# points: where-it-went-adds-up 0
def where_it_went(rule, base):
    more = rule.sum() - base.sum()
    nights = more["returning_nights"] + more["first_nights"]
    return {
        "rooms": more["rooms_cents"],
        "serving": -25_000 * nights,
        "notes": -rule["note_cents"].sum(),
        "briefs": -rule["brief_cents"].sum(),
        "cards": -rule["card_cents"].sum(),
        "profit": more["profit_cents"],
    }
