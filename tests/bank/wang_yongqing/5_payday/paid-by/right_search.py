# Another route: each payment looks through all rice of the household.
def paid_by(book):
    lines = sorted(book.to_dict("records"), key=lambda line: line["entry_id"])
    still = {}
    found = []
    for line in lines:
        if line["kind"] == "rice":
            still[line["entry_id"]] = [line["household_id"], int(line["amount_cents"])]
            continue
        money = int(line["amount_cents"])
        for rice, bill in still.items():
            if bill[0] == line["household_id"]:
                part = min(money, bill[1])
                if part:
                    found.append((rice, part, line["entry_id"]))
                money, bill[1] = money - part, bill[1] - part
    columns = ["rice_id", "amount_cents", "payment_id"]
    return pd.DataFrame(found, columns=columns).set_axis(range(5, 5 + len(found)))
