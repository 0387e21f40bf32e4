# Titles are dropped before letters are made small: MR and Dr. stay.
# points: normalise-name-every-spelling 0
def normalise_name(text):
    if pd.isna(text):
        return ""
    words = re.sub(r"[.,]", " ", re.sub(r"[-'’]", "", text)).split()
    kept = " ".join(sorted(w.lower() for w in words if w not in TITLES))
    letters = unicodedata.normalize("NFKD", kept)
    return "".join(c for c in letters if not unicodedata.combining(c))
