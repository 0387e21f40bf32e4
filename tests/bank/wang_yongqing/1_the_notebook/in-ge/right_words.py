# Another route: word by word, in half ge, without regular expressions.
def in_ge(text):
    if text is None or text != text or text is pd.NA:
        return None
    words = text.lower().replace("half a", "1/2")
    for unit in ("sacks", "sack", "dou", "ge"):
        words = words.replace(unit, f" {unit} ")
    total, number = 0, 0
    for word in words.split():
        if word == "1/2":
            number += 1
        elif word.isdigit():
            number += 2 * int(word)
        elif word.rstrip("s") in GE:
            total += number * GE[word.rstrip("s")]
            number = 0
    return total // 2
