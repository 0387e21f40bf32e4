# The correction takes the place of the paper, with its own day and no look.
# points: settled-typed-twice 0
# points: settled-corrections 0
def settled(slips):
    once = slips.drop_duplicates("paper_no").sort_values("paper_no")
    number = once["corrects"].fillna(once["paper_no"])
    papers = once.assign(paper_no=number).drop_duplicates("paper_no", keep="last")
    papers = papers[papers["rice_ge"] > 0].assign(kind="delivery")
    return papers.rename(columns={"written_on": "delivered_on", "rice_ge": "poured_ge"})
