# Another route: unit by unit; other names of things, a float that is whole.
import numpy


def in_ge(text):
    if pd.isna(text):
        return float("nan")
    small = text.lower().replace("half a", "1/2")
    found = numpy.int64(0)
    for unit in GE:
        for whole, half in re.findall(rf"(\d+(?!/)\s*)?(1/2\s*)?{unit}", small):
            found = found + GE[unit] * (2 * int(whole or 0) + bool(half)) / 2
    return float(found)
