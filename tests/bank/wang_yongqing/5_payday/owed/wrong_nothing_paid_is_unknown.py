# Who has not paid anything yet owes an unknown sum.
# points: owed-in-the-end 0
# points: owed-on-an-evening 0
def owed(account, day):
    past = account[account["entered_on"] <= day]
    table = past.pivot_table(
        index="household_id", columns="kind", values="amount_cents", aggfunc="sum"
    ).reindex(columns=["rice", "payment"])
    return (table["rice"] - table["payment"]).to_dict()
