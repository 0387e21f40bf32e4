# Another route: two dictionaries in plain Python; labels are tuples turned to text.
def identify(register):
    lines = register.to_dict("records")
    fits = {}
    for line in lines:
        if pd.notna(line["born_on"]):
            key = (line["name_key"], line["nationality"])
            fits.setdefault(key, set()).add(line["born_on"])
    labels = []
    for line in lines:
        born = line["born_on"]
        if pd.isna(born):
            candidates = fits.get((line["name_key"], line["nationality"]), set())
            born = next(iter(candidates)) if len(candidates) == 1 else None
        labels.append(None if born is None else str((line["name_key"], born)))
    result = register.copy()
    result["guest_id"] = pd.Categorical(labels)
    return result
