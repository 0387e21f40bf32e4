# Another route: a table, the library's own month of arrival, a query.
def due(view):
    names = ("stays", "complaints", "last_card", "birthday", "told")
    table = pd.DataFrame({name: getattr(view, name) for name in names})
    table["arrives"] = hotel.arrival(view) % 12
    table["told"] = (table["told"] // 16) % 2
    table["age"] = (view.month - table["last_card"]).where(table["last_card"] != -1, 99)
    wanted = table.query(
        "arrives == birthday and told == 1 and stays >= 3 and complaints == 0"
        " and age >= 6"
    )
    return np.isin(table.index.to_numpy(), wanted.index.to_numpy())
