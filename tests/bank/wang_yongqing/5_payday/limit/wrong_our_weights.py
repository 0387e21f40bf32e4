# The weights of our shop are taken, whatever is given.
# points: limit-score 0
# points: limit-grade 0
def limit(ratings, weights, month_cents):
    known = {name: rating for name, rating in ratings.items() if rating is not None}
    total = sum(WEIGHTS[name] * rating for name, rating in known.items())
    score = round(total / sum(WEIGHTS[name] for name in known), 6)
    grade = "A" if score >= 4 else "B" if score >= 3.25 else "C"
    if score < 2.5 or ratings["character"] == 1:
        grade = "D"
    cents = MONTHS[grade] * month_cents // DOU_CENTS * DOU_CENTS
    return {"score": score, "grade": grade, "limit_cents": cents}
