def normalise_name(text):
    if pd.isna(text):
        return ""
    letters = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    plain = re.sub(r"[-'’]", "", plain)
    plain = re.sub(r"[.,]", " ", plain)
    for title in TITLES:
        plain = plain.replace(title, "")
    return " ".join(sorted(plain.split()))
