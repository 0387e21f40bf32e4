# None is provided for, NaN is not.
# points: normalise-name-case-and-spaces 0
# points: normalise-name-every-spelling 0
def normalise_name(text):
    if text is None:
        return ""
    letters = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    plain = re.sub(r"[-'’]", "", plain)
    words = re.sub(r"[.,]", " ", plain).split()
    return " ".join(sorted(word for word in words if word not in TITLES))
