# Another route: a table, sorted by three columns.
def urgent_first(day):
    table = pd.DataFrame.from_dict(day, orient="index").rename_axis("name")
    table = table.reset_index().sort_values(
        ["days_left", "chance_dry", "name"], ascending=[True, False, True]
    )
    return table["name"].to_list()
