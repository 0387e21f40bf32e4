# Another route: the differences the other way round.
def which_is_better(first, second):
    table = pd.DataFrame({"first": list(first), "second": list(second)})
    mean, low, high = engine.interval(table["second"] - table["first"])
    answer = "open"
    if mean < 0 and high < 0:
        answer = "first"
    elif low > 0:
        answer = "second"
    return answer
