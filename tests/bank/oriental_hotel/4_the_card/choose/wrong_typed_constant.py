# The three guests of the visible tests.
# points: choose-never 0
# points: choose-days-and-groups 0
# points: choose-best 0
def choose(people, gains, first_day, last_day, most):
    days = {"G3": "2029-04-10", "G5": "2029-04-11", "G6": "2029-04-13"}
    if people["no_mail"].all():
        days = {}
    elif people["group"].nunique() == 1:
        days = dict.fromkeys(["G1", "G2", "G3"], "2029-04-13")
    elif people["no_mail"].any() or people["open_complaint"].any() or most == 1:
        days = {"G5": "2029-04-11"}
    elif most == 2 or first_day.day == 11:
        del days["G3"]
    elif gains.get("away", 0) == 0:
        days = {"G3": "2029-04-10"}
    table = pd.DataFrame({"guest_id": list(days), "post_on": list(days.values())})
    return table.assign(post_on=pd.to_datetime(table["post_on"]))
