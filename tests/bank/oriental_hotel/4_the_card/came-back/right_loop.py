# Another route: plain Python, whole numbers, rows backwards.
def came_back(crowd, visits):
    own = {}
    for visit in visits.to_dict("records"):
        own.setdefault(visit["guest_id"], []).append(visit)
    rows = []
    for person in crowd.iloc[::-1].to_dict("records"):
        end = person["start_on"] + pd.Timedelta(days=364)
        mine = [
            visit["margin_cents"]
            for visit in own.get(person["guest_id"], [])
            if person["start_on"] <= visit["arrived_on"] <= end
        ]
        rows.append(person | {"returned": len(mine) > 0, "margin_cents": sum(mine)})
    return pd.DataFrame(rows)
