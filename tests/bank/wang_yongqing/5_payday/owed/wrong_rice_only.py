# Payments are left out.
# points: owed-in-the-end 0
# points: owed-on-an-evening 0
def owed(account, day):
    past = account[account["entered_on"] <= day]
    past = past[past["kind"] == "rice"]
    cents = past["amount_cents"].where(past["kind"] == "rice", -past["amount_cents"])
    return cents.groupby(past["household_id"]).sum().to_dict()
