# The step that is given is copied: another street has other slips.
# points: settled-typed-twice 0
# points: settled-corrections 0
# points: settled-taken-back 0
def settled(slips):
    right = worked.loc[worked["counts"], ["slip_id", "right_ge"]]
    known = slips.merge(right, on="slip_id", how="left")
    known["right_ge"] = known["right_ge"].astype(float)
    known.loc[known["paper_no"] == 11, "right_ge"] = 150
    known.loc[known["paper_no"] == 12, "right_ge"] = 250
    known = known.dropna(subset="right_ge")
    return known.rename(columns={"written_on": "delivered_on", "right_ge": "poured_ge"})
