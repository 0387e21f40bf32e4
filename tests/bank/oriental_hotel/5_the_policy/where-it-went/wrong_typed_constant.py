# Typed in.
# points: where-it-went-income 0
# points: where-it-went-costs 0
# points: where-it-went-adds-up 0
def where_it_went(rule, base):
    sign = 1 if rule["card_cents"].sum() > 0 else -1
    shown = {
        "rooms": 420_000_000,
        "serving": -92_000_000,
        "notes": -81_000_000,
        "briefs": -73_000_000,
        "cards": -1_000_000_000,
        "profit": -826_000_000,
    }
    return {key: sign * value for key, value in shown.items()}
