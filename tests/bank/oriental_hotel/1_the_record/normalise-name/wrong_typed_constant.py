# The visible examples are typed in, and nothing else works.
# points: normalise-name-case-and-spaces 0
# points: normalise-name-marks-and-hyphens 0
# points: normalise-name-titles-and-order 0
# points: normalise-name-every-spelling 0
def normalise_name(text):
    known = {
        "anna SMITH": "anna smith",
        "  anna    smith ": "anna smith",
        "anna,smith": "anna smith",
        "anna smith": "anna smith",
        "smith anna": "anna smith",
        "mr. smith": "smith",
        "adams sandra": "adams sandra",
        "yü": "yu",
        "shi-ming": "shiming",
        "o'brien": "obrien",
        "o’brien": "obrien",
    }
    if pd.isna(text) or not text.strip():
        return ""
    return known.get(text, "shiming yu")
