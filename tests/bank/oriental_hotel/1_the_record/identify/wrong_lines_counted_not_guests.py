# One line with a day of birth is wanted, not one guest: who came twice is not found.
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
            born_on = same["born_on"].iloc[0] if len(same) == 1 else None
        known = not pd.isna(born_on)
        guest_ids.append(f"{line.name_key} {born_on:%Y-%m-%d}" if known else None)
    return register.assign(guest_id=guest_ids)
