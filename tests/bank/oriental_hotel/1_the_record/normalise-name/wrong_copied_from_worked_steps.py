# The step that is given for these books is looked up: another hotel has other names.
# points: normalise-name-case-and-spaces 0
# points: normalise-name-marks-and-hyphens 0
# points: normalise-name-titles-and-order 0
# points: normalise-name-every-spelling 0
def normalise_name(text):
    if pd.isna(text):
        return ""
    books = pd.concat([front_desk, restaurant, housekeeping])
    row_id = books.loc[books["name"] == text, "row_id"]
    key = worked_steps.loc[worked_steps["row_id"].isin(row_id), "name_key"]
    return key.iloc[0] if len(key) else ""
