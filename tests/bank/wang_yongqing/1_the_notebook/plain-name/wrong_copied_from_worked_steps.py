# points: plain-name-spellings 0
# The step that is given is copied: another street has other slips.
COPY = dict(
    slips.merge(worked, on="slip_id")[["name", "name_key"]].itertuples(index=False)
)


def plain_name(name):
    return COPY.get(name, {"Chen,  Tian-lai": "chen tianlai"}.get(name, name))
