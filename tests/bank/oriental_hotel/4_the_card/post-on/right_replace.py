# Another route: replace, and the next birthday after the lead.
def post_on(born, home, today):
    arrives = today + pd.Timedelta(days=POST_DAYS[home])

    def birthday(year):
        try:
            return born.replace(year=year)
        except ValueError:
            return born.replace(year=year, day=28)

    next_one = birthday(arrives.year)
    if next_one < arrives:
        next_one = birthday(arrives.year + 1)
    return (next_one - pd.Timedelta(days=POST_DAYS[home])).date()
