# Another route: a dictionary of names, plain Python.
def whose(slips, register):
    homes = {}
    for key, home, lane, house in zip(
        register["name_key"],
        register["household_id"],
        register["lane"],
        register["house"],
        strict=True,
    ):
        homes.setdefault(key, []).append((home, [str(lane), str(house)]))

    def one(key, place):
        said = re.findall(r"[0-9]+", place) if isinstance(place, str) else []
        left = [
            home for home, address in homes.get(key, []) if address[: len(said)] == said
        ]
        return left[0] if len(left) == 1 else float("nan")

    answer = slips.copy()
    answer["household_id"] = [
        one(key, place)
        for key, place in zip(answer["name_key"], answer["place"], strict=True)
    ]
    return answer
