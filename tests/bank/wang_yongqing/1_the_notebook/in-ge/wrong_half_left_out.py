# points: in-ge-one-unit 0
# points: in-ge-sums 0


def in_ge(text):
    if pd.isna(text):
        return None
    text = text.lower().replace("half a", "1/2")
    total = 0
    for number, unit in re.findall(r"([\d/ ]+)(sack|dou|ge)", text):
        total += int(Fraction(number.split()[0])) * GE[unit]
    return int(total)
