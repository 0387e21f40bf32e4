# Another route: a table of cases.
def verdict(low, high, needed):
    cases = {(True, True): "pays", (False, False): "does not pay"}
    if needed in (low, high):
        return "open"
    return cases.get((low > needed, high > needed), "open")
