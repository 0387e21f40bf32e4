# Another route: a table with missing values, the remainder taken of today's day.
def to_ask(view):
    table = pd.DataFrame(
        {
            "debt": view.debt_cents,
            "asked": pd.Series(view.asked_on).where(view.asked_on != -1),
            "payday": pd.Series(view.payday).where(view.payday != -1),
            "paid": view.paid_cents,
        }
    )
    today = view.day % 30
    days_after = table["payday"].map(lambda day: today - day + 30 * (today < day))
    rested = ~(view.day - table["asked"] <= 7)
    stone = table["paid"].eq(0) & (view.day - table["asked"]).lt(30)
    wanted = table["debt"].gt(0) & rested & ~days_after.gt(3) & ~stone
    return wanted.to_numpy()
