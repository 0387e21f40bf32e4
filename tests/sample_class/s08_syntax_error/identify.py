def identify(register):
    dated = register[register["born_on"].notna()]
    guest_ids = []
    for line in register.itertuples():
        born_on = line.born_on
        if pd.isna(born_on)
            born_on = dated.loc[dated["name_key"] == line.name_key, "born_on"].min()
        guest_ids.append(f"{line.name_key} {born_on:%Y-%m-%d}")
    return register.assign(guest_id=guest_ids)
