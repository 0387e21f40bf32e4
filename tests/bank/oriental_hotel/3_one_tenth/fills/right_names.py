# Another route: other names, a numpy number comes back.
def fills(n, crowd, part, times, length, together, year=365, **days):
    year = days.get("days", year)
    wanted = pd.Series([crowd, part, times, length, 1 / together]).prod()
    return wanted / (n * year)
