# Another route: no regular expressions.
def plain_name(name):
    words = name.lower().replace(",", " ").split()
    first = words.pop(0)
    if first in SPOKEN:
        first = SPOKEN[first]
    return first + " " + "".join(c for word in words for c in word if c.isalpha())
