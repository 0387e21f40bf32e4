# Another route: one entry after the other.
def owed(book, evening):
    found = {}
    for line in book.to_dict("records"):
        if line["entered_on"] > evening:
            continue
        cents = line["amount_cents"]
        if line["kind"] == "payment":
            cents = -cents
        found[line["household_id"]] = found.get(line["household_id"], 0.0) + cents
    return found
