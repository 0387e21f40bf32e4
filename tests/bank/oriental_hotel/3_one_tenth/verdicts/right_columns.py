# Another route: whole columns, without the earlier functions.
def verdicts(hotels, full=1.0):
    h = hotels.set_index("hotel")
    guests = h["old_guests"] * h["share_back"] * h["visits"] / h["party"]
    offered = h["rooms"] * 365
    out = pd.DataFrame({"fills": guests * h["nights"] / offered})
    out["nights_needed"] = (full * offered / guests).where(guests > 0)
    out["is_true"] = out["fills"].ge(full)
    return out.reset_index()
