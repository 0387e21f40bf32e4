# Another route: one pattern with two groups.
def plain_name(name):
    found = re.match(r"\s*([a-z]+)[\s,]+(.*)", name, flags=re.IGNORECASE)
    family, given = (part.casefold() for part in found.groups())
    family = {**{v: v for v in SPOKEN.values()}, **SPOKEN}.get(family, family)
    return " ".join([family, "".join(re.findall("[a-z]", given))])
