# Day and seat, too, are those of the last meal of that part of the day.
# points: recall-breakfast-and-dinner 0
# points: recall-little-known 0
def recall(guest_id, day, part_of_day, meals):
    known = known_on(meals, day)
    mine = known[known["guest_id"] == guest_id]
    mine = mine.assign(is_evening=mine["part_of_day"] == "evening")
    mine = mine.sort_values(["happened_on", "is_evening", "meal_id"])
    mine = such = mine[mine["part_of_day"] == part_of_day]
    return {
        "last_visit_on": mine["happened_on"].iloc[-1] if len(mine) else None,
        "seat": mine["seat"].iloc[-1] if len(mine) else None,
        "items": such["items"].iloc[-1] if len(such) else None,
    }
