# points: plain-name-spellings 0
def plain_name(name):
    family, *given = re.split(r"[\s,]+", name.strip().lower())
    letters = re.sub(r"[^a-z]", "", "".join(given))
    return f"{family} {letters}"
