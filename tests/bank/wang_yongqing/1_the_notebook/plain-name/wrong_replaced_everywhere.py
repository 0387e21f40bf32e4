# points: plain-name-spellings 0
# "ng" in Rong and Qing becomes "huang".
def plain_name(name):
    family, *given = re.split(r"[\s,]+", name.strip().lower())
    plain = family + " " + re.sub(r"[^a-z]", "", "".join(given))
    for said, registered in SPOKEN.items():
        plain = plain.replace(said, registered)
    return plain
