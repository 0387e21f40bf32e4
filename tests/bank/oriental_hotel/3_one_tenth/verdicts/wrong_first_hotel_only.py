# Only the first hotel is looked at.
# points: verdicts-hotels 0
def verdicts(hotels, full=1.0):
    rows = []
    for h in hotels.head(1).itertuples():
        share = fills(h.rooms, h.old_guests, h.share_back, h.visits, h.nights, h.party)
        nights = nights_needed(
            h.rooms, h.old_guests, h.share_back, h.visits, h.party, full=full
        )
        rows.append((h.hotel, share, nights, share >= full))
    return pd.DataFrame(rows, columns=["hotel", "fills", "nights_needed", "is_true"])
