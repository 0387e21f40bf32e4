# The name as it was typed is used instead of its plain form.
# points: identify-name-and-birth-date 0
# points: identify-missing-birth-date 0
def identify(register):
    dated = register[register["born_on"].notna()]
    guest_ids = []
    for line in register.itertuples():
        born_on = line.born_on
        if pd.isna(born_on):
            same = dated[
                (dated["name_key"] == line.name_key)
                & (dated["nationality"] == line.nationality)
            ]
            birthdays = same["born_on"].unique()
            born_on = birthdays[0] if len(birthdays) == 1 else None
        known = not pd.isna(born_on)
        guest_ids.append(f"{line.name} {born_on:%Y-%m-%d}" if known else None)
    return register.assign(guest_id=guest_ids)
