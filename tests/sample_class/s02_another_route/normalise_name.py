def normalise_name(written):
    # Letter by letter instead of by pattern.
    if not isinstance(written, str):
        return ""
    kept = []
    for letter in unicodedata.normalize("NFKD", written).casefold():
        if letter.isalnum():
            kept.append(letter)
        elif letter in ",." or letter.isspace():
            kept.append(" ")
    parts = [part for part in "".join(kept).split(" ") if part]
    parts = [part for part in parts if part not in TITLES]
    parts.sort()
    return " ".join(parts)
