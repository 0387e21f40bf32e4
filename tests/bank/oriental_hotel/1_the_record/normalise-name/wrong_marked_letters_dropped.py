# Letters with marks are dropped whole: Yü becomes y.
# points: normalise-name-marks-and-hyphens 0
# points: normalise-name-every-spelling 0
def normalise_name(text):
    if pd.isna(text):
        return ""
    letters = text.lower().replace("’", "'")
    plain = letters.encode("ascii", "ignore").decode()
    plain = re.sub(r"[-'’]", "", plain)
    words = re.sub(r"[.,]", " ", plain).split()
    return " ".join(sorted(word for word in words if word not in TITLES))
