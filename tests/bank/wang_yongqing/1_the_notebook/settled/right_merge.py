# Another route: the highest correction by groupby, joined to the papers.
def settled(slips):
    is_correction = slips["kind"].eq("correction")
    papers = slips[~is_correction].groupby("paper_no", as_index=False).nth(0)
    fixes = (
        slips[is_correction].groupby(["corrects", "paper_no"], as_index=False).first()
    )
    best = fixes.loc[fixes.groupby("corrects")["paper_no"].idxmax()]
    best = best[["corrects", "rice_ge"]].rename(
        columns={"corrects": "paper_no", "rice_ge": "fixed"}
    )
    best["paper_no"] = best["paper_no"].astype("int64")
    both = papers.merge(best, on="paper_no", how="left")
    both["poured_ge"] = both["fixed"].fillna(both["rice_ge"]).astype(int)
    both = both[both["poured_ge"] != 0]
    return both.rename(columns={"written_on": "delivered_on"})
