# What is paid too much pays for later rice.
# points: paid-by-rests 0
def paid_by(account):
    rows = []
    for _, own in account.sort_values("entry_id").groupby("household_id"):
        ends = {"rice": 0, "payment": 0}
        spans = {"rice": [], "payment": []}
        for entry in own.itertuples():
            start = ends[entry.kind]
            ends[entry.kind] += entry.amount_cents
            spans[entry.kind].append((entry.entry_id, start, ends[entry.kind]))
        for payment, a, b in spans["payment"]:
            for rice, c, d in spans["rice"]:
                if min(b, d) > max(a, c):
                    rows.append((payment, rice, min(b, d) - max(a, c)))
    return pd.DataFrame(rows, columns=["payment_id", "rice_id", "amount_cents"])
