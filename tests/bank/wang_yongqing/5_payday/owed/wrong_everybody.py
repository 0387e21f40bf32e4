# Households without an entry by then are in it, too.
# points: owed-on-an-evening 0
def owed(account, day):
    found = dict.fromkeys(account["household_id"], 0)
    for entry in account[account["entered_on"] <= day].itertuples():
        sign = 1 if entry.kind == "rice" else -1
        found[entry.household_id] += sign * entry.amount_cents
    return found
