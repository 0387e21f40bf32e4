# Rice without a household is left out.
# points: settled-typed-twice 0
# points: settled-taken-back 0


def settled(slips):
    once = slips.drop_duplicates("paper_no")
    is_correction = once["kind"] == "correction"
    latest = once[is_correction].sort_values("paper_no")
    latest = latest.drop_duplicates("corrects", keep="last")
    right = dict(zip(latest["corrects"], latest["rice_ge"], strict=True))
    papers = once[~is_correction].rename(columns={"written_on": "delivered_on"})
    papers["poured_ge"] = [
        right.get(number, ge)
        for number, ge in zip(papers["paper_no"], papers["rice_ge"], strict=True)
    ]
    papers = papers[papers["poured_ge"] > 0].dropna(subset="household_id")
    return papers[
        ["paper_no", "household_id", "delivered_on", "kind", "poured_ge", "in_jar_ge"]
    ]
