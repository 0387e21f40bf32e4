# points: plain-name-spellings 0
def plain_name(name):
    family, *given = re.split(r"[\s,]+", name.strip().lower())
    back = {v: k for k, v in SPOKEN.items()}
    letters = re.sub(r"[^a-z]", "", "".join(given))
    return f"{back.get(family, family)} {letters}"
