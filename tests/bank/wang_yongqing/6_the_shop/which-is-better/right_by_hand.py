# Another route: Student's t by scipy, without the engine.
def which_is_better(first, second):
    from scipy import stats

    gaps = [float(a) - float(b) for a, b in zip(first, second, strict=False)]
    n = len(gaps)
    if n < 2:
        return "open"
    mean = sum(gaps) / n
    spread = (sum((gap - mean) ** 2 for gap in gaps) / (n - 1) / n) ** 0.5
    half = stats.t.ppf(0.975, n - 1) * spread
    if abs(mean) <= half:
        return "open"
    return "first" if mean > 0 else "second"
