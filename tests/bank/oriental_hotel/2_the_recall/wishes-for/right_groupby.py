# Another route: the last withdrawal of each wish, by merge.
def wishes_for(who, guest, morning, book):
    book = book[(book["guest_id"] == guest) & (book["recorded_on"] < morning)]
    ended = book[book["withdrawn_on"] < morning].groupby("wish")["withdrawn_on"].max()
    book = book.join(ended.rename("until"), on="wish")
    book = book[book["until"].isna() | (book["told_on"] > book["until"])]
    purposes = list(MAY_KNOW[who]) if who in MAY_KNOW else []
    return sorted(book.loc[book["purpose"].isin(purposes), "wish"].unique().tolist())
