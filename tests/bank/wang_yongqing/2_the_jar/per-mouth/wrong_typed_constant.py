# points: per-mouth-least-squares 0
# points: per-mouth-own-rates 0
def per_mouth(spans, households):
    return 5.42, 3.08
