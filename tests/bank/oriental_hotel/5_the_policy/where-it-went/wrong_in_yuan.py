# In yuan.
# points: where-it-went-income 0
# points: where-it-went-costs 0
# points: where-it-went-adds-up 0
def where_it_went(rule, base):
    more = (rule.sum() - base.sum()) / 100
    nights = more["returning_nights"] + more["first_nights"]
    return {
        "rooms": more["rooms_cents"],
        "serving": -25_000 * nights,
        "notes": -more["note_cents"],
        "briefs": -more["brief_cents"],
        "cards": -more["card_cents"],
        "profit": more["profit_cents"],
    }
