# Another route: two sums side by side, as a Series.
def owed(account, day):
    past = account.loc[~(account["entered_on"] > day)]
    sums = past.groupby(["household_id", "kind"])["amount_cents"].sum().unstack()
    sums = sums.reindex(columns=["rice", "payment"]).fillna(0)
    return sums["rice"] - sums["payment"]
