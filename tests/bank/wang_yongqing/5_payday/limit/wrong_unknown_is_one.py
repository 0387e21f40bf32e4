# What is not known is taken to be bad.
# points: limit-score 0
# points: limit-grade 0
def limit(ratings, weights, month_cents):
    known = {name: rating or 1 for name, rating in ratings.items()}
    total = sum(weights[name] * rating for name, rating in known.items())
    score = round(total / sum(weights[name] for name in known), 6)
    grade = "D"
    if ratings["character"] != 1:
        grade = "A" if score >= 4 else "B" if score >= 3.25 else "C"
        if score < 2.5:
            grade = "D"
    dou = MONTHS[grade] * month_cents // DOU_CENTS
    return {"score": score, "grade": grade, "limit_cents": int(dou) * DOU_CENTS}
