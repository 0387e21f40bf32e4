# Only the rice since the last payment counts.
# points: owed-in-the-end 0
# points: owed-on-an-evening 0
def owed(account, day):
    found = {}
    for entry in (
        account[account["entered_on"] <= day].sort_values("entry_id").itertuples()
    ):
        if entry.kind == "payment":
            found[entry.household_id] = 0
        else:
            found[entry.household_id] = found.get(entry.household_id, 0)
            found[entry.household_id] += entry.amount_cents
    return found
