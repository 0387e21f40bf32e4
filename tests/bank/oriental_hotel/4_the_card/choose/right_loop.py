# Another route: a list of tuples, sorted twice.
def choose(crowd, gains, first, last, most):
    found = []
    for row in crowd.to_dict("records"):
        gain = gains.get(row["group"])
        if gain is None or gain <= 0 or pd.isna(row["born_on"]):
            continue
        if row["no_mail"] or row["open_complaint"]:
            continue
        when = post_on(row["born_on"], row["home"], first)
        if first <= when <= last:
            found.append((-gain, row["guest_id"], when))
    found = sorted(found)[:most]
    rows = sorted((when, guest) for _, guest, when in found)
    return pd.DataFrame(rows, columns=["post_on", "guest_id"])
