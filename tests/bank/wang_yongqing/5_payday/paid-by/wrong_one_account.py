# The street is one household.
# points: paid-by-oldest-first 0
# points: paid-by-order 0
def paid_by(account):
    rows, waiting = [], {}
    for entry in account.sort_values("entry_id").itertuples():
        bills = waiting.setdefault("all", [])
        if entry.kind == "rice":
            bills.append([entry.entry_id, entry.amount_cents])
            continue
        rest = entry.amount_cents
        while bills and rest > 0:
            paid = min(rest, bills[0][1])
            rows.append((entry.entry_id, bills[0][0], paid))
            rest -= paid
            bills[0][1] -= paid
            if bills[0][1] == 0:
                bills.pop(0)
    return pd.DataFrame(rows, columns=["payment_id", "rice_id", "amount_cents"])
