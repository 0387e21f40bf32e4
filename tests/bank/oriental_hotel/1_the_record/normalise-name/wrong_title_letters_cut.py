# Titles are cut out as letters: Sandra becomes sana, Adams becomes ada.
# points: normalise-name-titles-and-order 0
# points: normalise-name-every-spelling 0
def normalise_name(text):
    if pd.isna(text):
        return ""
    letters = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    plain = re.sub(r"[-'’]", "", plain)
    for title in TITLES:
        plain = plain.replace(title, "")
    words = re.sub(r"[.,]", " ", plain).split()
    return " ".join(sorted(word for word in words if word not in TITLES))
