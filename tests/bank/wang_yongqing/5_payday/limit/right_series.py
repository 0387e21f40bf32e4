# Another route: two Series, a missing rating as NaN.
def limit(ratings, weights, month_cents):
    table = pd.DataFrame({"r": ratings, "w": weights}).astype(float).dropna()
    score = ((table["r"] * table["w"]).sum() / table["w"].sum()).round(6)
    bands = pd.cut([score], [0, 2.5, 3.25, 4, 6], right=False, labels=list("DCBA"))
    grade = "D" if ratings["character"] == 1 else bands[0]
    whole = (MONTHS[grade] * month_cents) // 800
    return {"score": score, "grade": grade, "limit_cents": whole * 800.0}
