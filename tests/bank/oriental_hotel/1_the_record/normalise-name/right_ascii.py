# Another route: what is not ASCII is dropped, which takes the marks and the curly
# apostrophe, and words are found instead of split.
import re as regex
from unicodedata import normalize


def normalise_name(text):
    if not isinstance(text, str):
        return ""
    ascii_only = normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = regex.findall(r"[a-z]+", regex.sub(r"['-]", "", ascii_only.lower()))
    return " ".join(sorted(word for word in found if word not in TITLES))
