def identify(register):
    numbers = {}
    by_country = {}
    for line in register.to_dict("records"):
        if pd.notna(line["born_on"]):
            person = (line["name_key"], line["born_on"])
            numbers.setdefault(person, len(numbers) + 1)
            country = (line["name_key"], line["nationality"])
            by_country.setdefault(country, set()).add(numbers[person])

    def number_of(line):
        if pd.notna(line["born_on"]):
            return numbers[line["name_key"], line["born_on"]]
        candidates = by_country.get((line["name_key"], line["nationality"]), set())
        return next(iter(candidates)) if len(candidates) == 1 else None

    found = [number_of(line) for line in register.to_dict("records")]
    result = register.copy()
    result.insert(0, "guest_id", pd.array(found, dtype="Int64"))
    return result.sort_values("room").reset_index(drop=True)
