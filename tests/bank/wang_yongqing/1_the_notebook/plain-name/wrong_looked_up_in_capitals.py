# points: plain-name-spellings 0
def plain_name(name):
    family, *given = re.split(r"[\s,]+", name.strip())
    letters = re.sub(r"[^A-Za-z]", "", "".join(given))
    return f"{SPOKEN.get(family, family)} {letters}".lower()
