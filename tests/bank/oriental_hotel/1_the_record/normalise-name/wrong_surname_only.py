# Only the last word is kept: all guests called Müller become one.
# points: normalise-name-case-and-spaces 0
# points: normalise-name-titles-and-order 0
# points: normalise-name-every-spelling 0
def normalise_name(text):
    if pd.isna(text):
        return ""
    letters = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    plain = re.sub(r"[-'’]", "", plain)
    words = re.sub(r"[.,]", " ", plain).split()
    kept = [word for word in words if word not in TITLES]
    return kept[-1] if kept else ""
