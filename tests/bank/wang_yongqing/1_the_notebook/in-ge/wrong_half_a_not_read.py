# points: in-ge-one-unit 0


def in_ge(text):
    if pd.isna(text):
        return None
    text = text.lower()
    total = 0
    for number, unit in re.findall(r"([\d/ ]+)(sack|dou|ge)", text):
        total += sum(Fraction(part) for part in number.split()) * GE[unit]
    return int(total)
