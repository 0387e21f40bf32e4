# Another route: each rating as often as it weighs.
def limit(six, votes, bill):
    all_votes = []
    for name in six:
        if six[name] is not None:
            all_votes += [six[name]] * votes[name]
    mean = sum(all_votes) / len(all_votes)
    letter = "D"
    for cut, name in ((2.5, "C"), (3.25, "B"), (4.0, "A")):
        if mean >= cut - 1e-9 and six["character"] != 1:
            letter = name
    halves = {"A": 3, "B": 2, "C": 1, "D": 0}[letter]
    return {"limit_cents": halves * bill // 1600 * 800, "grade": letter, "score": mean}
