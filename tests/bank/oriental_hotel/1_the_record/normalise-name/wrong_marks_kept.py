# The marks stay: Yü is not Yu.
# points: normalise-name-marks-and-hyphens 0
# points: normalise-name-every-spelling 0
def normalise_name(text):
    if pd.isna(text):
        return ""
    letters = unicodedata.normalize("NFKD", text.lower())
    plain = re.sub(r"[-'’]", "", text.lower())
    words = re.sub(r"[.,]", " ", plain).split()
    return " ".join(sorted(word for word in words if word not in TITLES))
