# Another route: a translation table and a loop, no regular expressions.
def normalise_name(text):
    if text is None or text != text:
        return ""
    table = str.maketrans({"-": None, "'": None, "’": None, ",": " ", ".": " "})
    plain = ""
    for letter in unicodedata.normalize("NFD", text.translate(table)).casefold():
        if unicodedata.category(letter) != "Mn":
            plain += letter
    kept = []
    for word in plain.split():
        if word in TITLES:
            continue
        kept.append(word)
    kept.sort()
    return " ".join(kept)
