# Another route: the corrected are found by their index.
def known_on(diary, morning):
    diary = diary.loc[morning > diary["recorded_on"]]
    by_id = diary.set_index("meal_id", drop=False)
    gone = by_id.index.intersection(by_id["replaces"].dropna().unique())
    return by_id.drop(index=gone).reset_index(drop=True)
