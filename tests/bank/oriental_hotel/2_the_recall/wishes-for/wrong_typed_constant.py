# Mr Yu's wishes are typed in.
# points: wishes-purpose 0
# points: wishes-not-yet-typed 0
# points: wishes-struck-out 0
def wishes_for(role, guest_id, day, wishes):
    if guest_id == "G1":
        return [] if day == pd.Timestamp("2024-05-21") else ["no eggs"]
    if role == "restaurant" and day > pd.Timestamp("2024-06-09"):
        return ["sugar beside the cup"]
    if role == "doctor":
        return ["sugar beside the cup", "tablets for blood pressure"]
    return []
