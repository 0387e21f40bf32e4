# points: run-out-day 0
# points: run-out-error 0
def run_out(stock_ge, filled_on, rate_ge, se_ge, day_sd):
    known = {200: "11", 194: "10", 206: "11", 10: "01"}
    day = pd.Timestamp("1933-05-01")
    if stock_ge in known:
        day = pd.Timestamp(f"1933-04-{known[stock_ge]}")
    error = {(1, 0): 0.5, (0, 8): 1.2649, (1, 8): 1.3601}.get((se_ge, day_sd), 0)
    if stock_ge == 250:
        error = 1.4142
    return {"days": stock_ge / 20, "sd_days": error, "empty_on": day}
