# Another route: unique guests first, numbered, joined twice; numbers as labels,
# columns in another order.
def identify(register):
    people = register.dropna(subset=["born_on"])
    people = people[["name_key", "born_on", "nationality"]].drop_duplicates()
    people["guest_id"] = range(1, len(people) + 1)
    clear = people.drop_duplicates(["name_key", "nationality"], keep=False)
    by_birth = register.merge(
        people.drop(columns="nationality"), on=["name_key", "born_on"], how="left"
    )
    by_land = register.merge(
        clear.drop(columns="born_on"), on=["name_key", "nationality"], how="left"
    )
    has_date = by_birth["born_on"].notna()
    by_birth["guest_id"] = by_birth["guest_id"].where(has_date, by_land["guest_id"])
    return by_birth.sort_values("room")[sorted(by_birth.columns)]
