# Another route: household by household, a queue of single bills.
def paid_by(account):
    from collections import deque

    parts = {"payment_id": [], "rice_id": [], "amount_cents": []}
    for _, own in account.groupby("household_id"):
        queue = deque()
        own = own.sort_values("entry_id")
        columns = own["entry_id"], own["kind"], own["amount_cents"]
        for name, kind, cents in zip(*columns, strict=False):
            if kind == "rice":
                queue.append((name, cents))
            while kind == "payment" and cents and queue:
                rice, open_cents = queue.popleft()
                paid = min(cents, open_cents)
                parts["payment_id"].append(name)
                parts["rice_id"].append(rice)
                parts["amount_cents"].append(float(paid))
                cents = cents - paid
                if open_cents > paid:
                    queue.appendleft((rice, open_cents - paid))
    return pd.DataFrame(parts)
