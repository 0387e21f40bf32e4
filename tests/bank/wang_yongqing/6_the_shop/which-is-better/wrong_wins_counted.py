# Who wins more streets is better.
# points: which-is-better-open 0
def which_is_better(first, second):
    wins = sum(a > b for a, b in zip(first, second, strict=False))
    losses = sum(a < b for a, b in zip(first, second, strict=False))
    return "first" if wins > losses else "second" if losses > wins else "open"
