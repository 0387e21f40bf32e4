# The shares of the small register.
# points: back-within-share 0
def back_within(days, as_of, stays):
    if f"{as_of:%m-%d}" == "05-31":
        return None
    return {500: 1 / 2, 433: 1 / 2, 432: 0, 724: 1}.get(days)
