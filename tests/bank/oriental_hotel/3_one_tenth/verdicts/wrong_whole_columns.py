# Whole columns are given to functions that take the numbers of one hotel.
# points: verdicts-hotels 0
def verdicts(hotels, full=1.0):
    h = hotels
    found = pd.DataFrame({"hotel": h["hotel"]})
    guests = h["old_guests"], h["share_back"], h["visits"]
    found["fills"] = fills(h["rooms"], *guests, h["nights"], h["party"])
    found["nights_needed"] = nights_needed(h["rooms"], *guests, h["party"], full)
    found["is_true"] = found["fills"] >= full
    return found
