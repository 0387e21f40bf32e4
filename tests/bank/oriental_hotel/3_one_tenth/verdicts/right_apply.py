# Another route: rows as dictionaries, other column order.
def verdicts(houses, full=1.0):
    found = []
    for row in houses.to_dict("records"):
        name = row.pop("hotel")
        share = fills(**row)
        row.pop("nights")
        need = nights_needed(**row, full=full)
        found.append({"is_true": full <= share, "fills": share, "hotel": name})
        found[-1]["nights_needed"] = need
    return pd.DataFrame(found)
