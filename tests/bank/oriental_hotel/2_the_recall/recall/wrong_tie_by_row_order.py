# Of two entries about one meal, the one that stands last in the table wins.
# points: recall-breakfast-and-dinner 0
def recall(guest_id, day, part_of_day, meals):
    known = known_on(meals, day)
    mine = known[known["guest_id"] == guest_id]
    mine = mine.sort_values(["happened_on", "part_of_day"], ascending=[True, False])
    such = mine[mine["part_of_day"] == part_of_day]
    return {
        "last_visit_on": mine["happened_on"].iloc[-1] if len(mine) else None,
        "seat": mine["seat"].iloc[-1] if len(mine) else None,
        "items": such["items"].iloc[-1] if len(such) else None,
    }
