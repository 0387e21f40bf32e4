# The limit is rounded to the nearest dou.
# points: limit-cents 0
def limit(ratings, weights, month_cents):
    known = {name: rating for name, rating in ratings.items() if rating is not None}
    total = sum(weights[name] * rating for name, rating in known.items())
    score = round(total / sum(weights[name] for name in known), 6)
    grade = "D"
    if ratings["character"] != 1:
        grade = "A" if score >= 4 else "B" if score >= 3.25 else "C"
        if score < 2.5:
            grade = "D"
    dou = round(MONTHS[grade] * month_cents / DOU_CENTS)
    return {"score": score, "grade": grade, "limit_cents": int(dou) * DOU_CENTS}
