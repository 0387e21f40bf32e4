# points: spans-between-looks 0
# points: spans-open-ends 0
# points: spans-empty-jars 0
# points: spans-new-year 0
def spans_of(own):
    first, last = own["delivered_on"].min(), own["delivered_on"].max()
    span = {"start_on": first, "end_on": last, "days": (last - first).days}
    return [span | {"eaten_ge": 20 * (last - first).days}]
