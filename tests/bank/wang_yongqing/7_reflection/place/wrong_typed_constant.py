# Typed in.
# points: place-inside 0
# points: place-helpful 0
# points: place-neither 0
def place(facts):
    shown = dict(
        zip(
            [
                "a",
                "b",
                "more, and more is better",
                "more, and more is worse",
                "less, and more is better",
                "less, and more is worse",
                "as the first, outside",
                "as the second, outside",
                "says something",
            ],
            "SOSWWSOTS",
            strict=True,
        )
    )
    known = facts[facts["fact"].isin(list(shown))]
    return pd.DataFrame({"fact": known["fact"], "side": known["fact"].map(shown)})
