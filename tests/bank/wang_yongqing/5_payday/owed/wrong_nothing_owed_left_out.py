# Who has paid everything is left out.
# points: owed-in-the-end 0
# points: owed-on-an-evening 0
def owed(account, day):
    past = account[account["entered_on"] <= day]
    cents = past["amount_cents"].where(past["kind"] == "rice", -past["amount_cents"])
    found = cents.groupby(past["household_id"]).sum()
    return found[found > 0].to_dict()
