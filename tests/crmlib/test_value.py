"""Lifetime value against the published case, quadrature, simulation and known truth.

The CDNOW data are read from the installed package lifetimes, which is not imported.
"""

from __future__ import annotations

import math
import pickle
import runpy
from importlib.metadata import distribution
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from course.term import ROOT
from crmlib import datasets, value
from crmlib.errors import ContractError, CrmError

MODEL = value.BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="weeks")
AFTER_ANY = value.BGNBD(
    r=0.525, alpha=6.183, a=0.891, b=1.614, unit="weeks", first_may_be_last=True
)
SPEND = value.GammaGamma(p=6.25, q=3.74, gamma_cents=1544)


def shipped(name: str, **options: Any) -> pd.DataFrame:
    path = distribution("lifetimes").locate_file(f"lifetimes/datasets/{name}")
    return pd.read_csv(str(path), **options)


@pytest.fixture(scope="module")
def cdnow_orders() -> pd.DataFrame:
    names = ["master_id", "customer_id", "day", "n_discs", "dollars"]
    raw = shipped("CDNOW_sample.txt", sep=r"\s+", header=None, names=names)
    return pd.DataFrame(
        {
            "customer_id": raw["customer_id"],
            "ordered_on": pd.to_datetime(raw["day"].astype(str)),
            "amount_cents": (100 * raw["dollars"]).round().astype("int64"),
        }
    )


@pytest.fixture(scope="module")
def cdnow(cdnow_orders: pd.DataFrame) -> pd.DataFrame:
    return value.summarise_repeats(
        cdnow_orders, as_of="1997-09-30", until="1998-06-30", unit="weeks"
    )


def history(*rows: tuple[int, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["n_repeat_orders", "age_at_last_order", "age"])
    kinds = {"n_repeat_orders": int, "age_at_last_order": float, "age": float}
    return table.astype(kinds)


def simulate(model: value.BGNBD, ages: np.ndarray, seed: int) -> list[list[float]]:
    """Times of the repeat orders of each customer, by plain loops."""
    rng = np.random.default_rng(seed)
    found = []
    for age in ages:
        rate = rng.gamma(model.r, 1 / model.alpha)
        leave = rng.beta(model.a, model.b)
        times: list[float] = []
        now, alive = 0.0, not (model.first_may_be_last and rng.random() < leave)
        while alive:
            now += rng.exponential(1 / rate) if rate > 1e-12 else math.inf
            if now > age:
                break
            times.append(now)
            alive = rng.random() >= leave
        found.append(times)
    return found


def histories(times: list[list[float]], age: float) -> pd.DataFrame:
    """The contract table at one age, with the orders after it in ``later``."""
    known = [[t for t in one if t <= age] for one in times]
    table = history(*[(len(one), one[-1] if one else 0.0, age) for one in known])
    table["later"] = [len(a) - len(k) for a, k in zip(times, known, strict=True)]
    return table


# ------------------------------------------------------------------ the published case


def test_the_summary_is_that_of_the_study(
    cdnow: pd.DataFrame, cdnow_orders: pd.DataFrame
) -> None:
    assert len(cdnow_orders) == 6_919
    assert cdnow_orders["amount_cents"].sum() == 24_409_194
    theirs = shipped("cdnow_customers_summary_with_transactions.csv")
    assert cdnow["customer_id"].tolist() == theirs["ID"].tolist()
    assert cdnow["n_repeat_orders"].tolist() == theirs["x"].tolist()
    # Theirs are rounded to two digits.
    for ours, column in ((cdnow["age_at_last_order"], "t_x"), (cdnow["age"], "T")):
        np.testing.assert_allclose(ours, theirs[column], atol=0.00501)
    mean = cdnow["mean_repeat_spend_cents"]
    assert (mean.isna() == (theirs["x"] == 0)).all()
    np.testing.assert_allclose(mean.fillna(0) / 100, theirs["zbar"], atol=0.00501)
    assert (cdnow["n_repeat_orders"] == 0).sum() == 1_411
    assert cdnow["n_repeat_orders"].sum() == 2_457
    assert cdnow["holdout"].unique().tolist() == [39.0]


def test_bgnbd_reproduces_the_published_values(cdnow: pd.DataFrame) -> None:
    fit = value.fit_bgnbd(cdnow, unit="weeks")
    published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert {name: round(found, 3) for name, found in fit.params.items()} == published
    assert round(fit.log_likelihood, 1) == -9582.4
    assert fit.converged
    assert fit.n_customers == 2_357
    expected = fit.expected_orders(history((2, 30.43, 38.86)), within=39)
    assert round(expected.item(), 3) == 1.226


def test_mbgnbd_reproduces_the_published_values(cdnow: pd.DataFrame) -> None:
    # As the package lifetimes, which had them from Hardie, and R's BTYDplus give them.
    fit = value.fit_bgnbd(cdnow, unit="weeks", first_may_be_last=True)
    published = {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}
    assert {name: round(found, 3) for name, found in fit.params.items()} == published


def test_gamma_gamma_reproduces_the_published_values(cdnow: pd.DataFrame) -> None:
    fit = value.fit_gamma_gamma(cdnow)
    assert fit.n_customers == 946
    assert round(fit.p, 2) == 6.25
    assert round(fit.q, 2) == 3.74
    # The study counts dollars, we cents: a density per dollar is 100 times larger.
    assert round(fit.gamma_cents / 100, 2) == 15.44
    assert round(fit.log_likelihood + 946 * math.log(100), 1) == -4055.9


def test_the_published_correlation_of_spending(cdnow: pd.DataFrame) -> None:
    found = value.spend_independence(cdnow)
    assert round(found.correlation, 2) == 0.11  # Fader and Hardie 2013
    assert found.n_customers == 946
    assert found.low > 0
    assert "spends more" in found.sentence


def test_the_holdout_of_the_study(cdnow: pd.DataFrame) -> None:
    fit = value.fit_bgnbd(cdnow, unit="weeks")
    forecast = fit.expected_orders(cdnow, within=39)
    judged = value.evaluate(cdnow["n_holdout_orders"], forecast)
    always_the_mean = pd.Series(cdnow["n_holdout_orders"].mean(), cdnow.index)
    assert judged.rmse < value.evaluate(cdnow["n_holdout_orders"], always_the_mean).rmse
    table = value.by_group(
        cdnow["n_holdout_orders"], forecast, group=cdnow["n_repeat_orders"]
    )
    assert table["n_customers"].sum() == len(cdnow)
    weighted = (table["actual"] * table["n_customers"]).sum()
    assert weighted == pytest.approx(cdnow["n_holdout_orders"].sum())


@pytest.mark.parametrize("may_be_last", [False, True])
def test_standard_errors_are_those_of_the_likelihood(
    cdnow: pd.DataFrame, may_be_last: bool
) -> None:
    """Second differences of an independent likelihood, on the parameters themselves."""
    fit = value.fit_bgnbd(cdnow, unit="weeks", first_may_be_last=may_be_last)
    best = np.array(list(fit.params.values()))
    x, t, age = (
        cdnow[name].to_numpy(dtype=float)
        for name in ("n_repeat_orders", "age_at_last_order", "age")
    )

    def likelihood(params: np.ndarray) -> float:
        r, alpha, a, b = params
        n = x + may_be_last
        lg = np.vectorize(math.lgamma)
        chance = lg(a + b) - lg(b) - lg(a + b + n) + lg(b + n)
        alive = chance - (r + x) * np.log(alpha + age)
        gone = chance + math.log(a) - np.log(np.maximum(b + n - 1, 1e-300))
        gone = np.where(n > 0, gone - (r + x) * np.log(alpha + t), -np.inf)
        order = lg(r + x) - math.lgamma(r) + r * math.log(alpha)
        return float((order + np.logaddexp(alive, gone)).sum())

    assert likelihood(best) == pytest.approx(fit.log_likelihood, abs=1e-6)
    steps = np.diag(1e-3 * best)
    hessian = np.array(
        [
            [
                likelihood(best + p + q)
                - likelihood(best + p - q)
                - likelihood(best - p + q)
                + likelihood(best - p - q)
                for q in steps
            ]
            for p in steps
        ]
    ) / (4e-6 * np.outer(best, best))
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    np.testing.assert_allclose(errors, list(fit.standard_errors.values()), rtol=0.01)


# ----------------------------------------------------------------- laws of the models

numbers = st.floats(0.05, 20)
models = st.builds(
    lambda r, alpha, a, b, first: value.BGNBD(
        r=r, alpha=alpha, a=a, b=b, unit="weeks", first_may_be_last=first
    ),
    numbers,
    numbers,
    numbers,
    numbers,
    st.booleans(),
)


@st.composite
def one_history(draw: st.DrawFn) -> pd.DataFrame:
    x = draw(st.integers(0, 60))
    age = draw(st.floats(0.1, 300))
    last = draw(st.floats(0.01, 1)) * age if x else 0.0
    return history((x, last, age))


@given(models, one_history(), st.floats(0, 200), st.floats(0, 200))
def test_laws_of_ordering(
    model: value.BGNBD, one: pd.DataFrame, first: float, more: float
) -> None:
    alive = model.probability_alive(one).item()
    assert 0 <= alive <= 1
    if one["n_repeat_orders"].item() == 0 and not model.first_may_be_last:
        assert alive == 1
    # Silence makes it less probable, and a longer time brings more orders.
    older = one.assign(age=one["age"] + more)
    assert model.probability_alive(older).item() <= alive + 1e-12
    soon = model.expected_orders(one, within=first).item()
    later = model.expected_orders(one, within=first + more).item()
    assert 0 <= soon <= later + 1e-9 * max(1, later)
    assert model.expected_orders(one, within=0).item() == pytest.approx(0, abs=1e-9)
    # Nobody orders more than he would if he were alive and never left.
    x, age = one["n_repeat_orders"].item(), one["age"].item()
    never_leaves = (model.r + x) / (model.alpha + age) * first
    assert soon <= never_leaves * (1 + 1e-6) + 1e-9


@settings(deadline=None, max_examples=60)
@given(models, one_history(), st.floats(0.5, 150))
def test_expected_orders_against_quadrature(
    model: value.BGNBD, one: pd.DataFrame, within: float
) -> None:
    """The mean over the chance of leaving and the rate, given the history.

    Given that he is alive, the rate is gamma (r + x, alpha + T) and the chance beta
    (a, b + number of times he could have left); an order comes at s at rate * exp(-rate
    * chance * s).
    """
    x, age = one["n_repeat_orders"].item(), one["age"].item()
    shape, rate = model.r + x, model.alpha + age
    trials = x + model.first_may_be_last

    def orders(share: float) -> float:
        p = stats.beta.ppf(share, model.a, model.b + trials)
        grown = math.log1p(p * within / rate)
        return within * shape / rate if p < 1e-12 else -math.expm1(-shape * grown) / p

    # Over the quantiles of the chance, finer where it is near 0.
    nodes, weights = np.polynomial.legendre.leggauss(120)
    shares = ((nodes + 1) / 2) ** 3
    jacobian = 3 * ((nodes + 1) / 2) ** 2 / 2
    mean = sum(
        w * j * orders(s) for w, j, s in zip(weights, jacobian, shares, strict=True)
    )
    expected = model.probability_alive(one).item() * mean
    found = model.expected_orders(one, within=within).item()
    assert found == pytest.approx(expected, rel=2e-3, abs=1e-6)


@pytest.mark.parametrize(
    ("a", "b"), [(1.0, 2.0), (1.0 + 1e-9, 2.0), (0.4, 0.6), (0.3, 0.2)]
)
@pytest.mark.parametrize("x", [0, 1, 7])
def test_expected_orders_where_the_formula_has_holes(
    a: float, b: float, x: int
) -> None:
    def orders(a: float) -> float:
        model = value.BGNBD(r=0.6, alpha=5, a=a, b=b, unit="weeks")
        one = history((x, 10.0 if x else 0.0, 30.0))
        return model.expected_orders(one, within=50).item()

    sides = (orders(a - 1e-3) + orders(a + 1e-3)) / 2
    assert orders(a) == pytest.approx(sides, rel=1e-4)


def test_limits_of_the_model() -> None:
    # Who practically never leaves orders at his posterior rate.
    faithful = value.BGNBD(r=2, alpha=10, a=1e-7, b=10, unit="days")
    one = history((8, 20.0, 40.0))
    assert faithful.probability_alive(one).item() == pytest.approx(1, abs=1e-6)
    rate = (2 + 8) / (10 + 40)
    assert faithful.expected_orders(one, within=30).item() == pytest.approx(
        30 * rate, rel=1e-5
    )
    # Endless silence: he has left.
    silent = history((8, 20.0, 1e7))
    assert MODEL.probability_alive(silent).item() < 1e-6
    # The newcomer is the history of age 0; if the first may be the last, less comes.
    newcomer = MODEL.expected_orders(history((0, 0.0, 0.0)), within=52).item()
    assert MODEL.expected_orders_of_newcomer(within=52) == pytest.approx(newcomer)
    fragile = value.BGNBD(**MODEL.params, unit="weeks", first_may_be_last=True)
    assert fragile.expected_orders_of_newcomer(within=52) < newcomer


def test_large_numbers_of_orders_stay_finite() -> None:
    busy = history((500, 990.0, 1000.0), (3000, 999.0, 1000.0))
    found = MODEL.expected_orders(busy, within=100)
    assert np.isfinite(found).all()
    assert (found > 0).all()


@pytest.mark.parametrize("model", [MODEL, AFTER_ANY], ids=["BG", "MBG"])
def test_forecasts_against_simulated_customers(model: value.BGNBD) -> None:
    n, age, within = 40_000, 40.0, 40.0
    times = simulate(model, np.full(n, age + within), seed=20)
    table = histories(times, age)
    forecast = model.expected_orders(table, within=within)
    for _, group in table.groupby(np.minimum(table["n_repeat_orders"], 4)):
        came = group["later"]
        error = came.std() / math.sqrt(len(came))
        assert abs(came.mean() - forecast[group.index].mean()) < 4 * error
    # A newcomer's orders, and probability alive as the share of those still to come.
    repeats = table["n_repeat_orders"]
    newcomers = model.expected_orders_of_newcomer(within=age)
    error = repeats.std() / math.sqrt(n)
    assert abs(repeats.mean() - newcomers) < 4 * error


def test_spending_against_simulated_customers() -> None:
    rng = np.random.default_rng(7)
    n = 200_000
    x = rng.integers(1, 4, n)
    nu = rng.gamma(SPEND.q, 1 / SPEND.gamma_cents, n)
    mean = rng.gamma(SPEND.p * x, 1 / (nu * x))
    true_mean = SPEND.p / nu
    table = pd.DataFrame({"n_repeat_orders": x, "mean_repeat_spend_cents": mean})
    forecast = SPEND.expected_spend_cents(table)
    assert true_mean.mean() == pytest.approx(SPEND.mean_spend_cents, rel=0.02)
    for count in (1, 2, 3):
        for low, high in ((0, 2000), (2000, 5000)):
            group = (x == count) & (low <= mean) & (mean < high)
            error = true_mean[group].std() / math.sqrt(group.sum())
            assert abs(true_mean[group].mean() - forecast[group].mean()) < 4 * error


@given(st.integers(0, 50), st.floats(1, 1e6))
def test_expected_spending_lies_between(x: int, mean: float) -> None:
    table = pd.DataFrame(
        {"n_repeat_orders": [x], "mean_repeat_spend_cents": [mean if x else math.nan]}
    )
    found = SPEND.expected_spend_cents(table).item()
    ends = sorted([SPEND.mean_spend_cents, mean if x else SPEND.mean_spend_cents])
    assert ends[0] * (1 - 1e-9) <= found <= ends[1] * (1 + 1e-9)


def test_spending_without_a_mean_is_infinite() -> None:
    wild = value.GammaGamma(p=2, q=0.9, gamma_cents=1000)
    assert wild.mean_spend_cents == math.inf
    table = pd.DataFrame(
        {"n_repeat_orders": [0, 1], "mean_repeat_spend_cents": [None, 900.0]}
    )
    found = wild.expected_spend_cents(table)
    assert found[0] == math.inf
    assert math.isfinite(found[1])


# ------------------------------------------------------------------------ the fits


def test_days_and_weeks_tell_the_same(cdnow_orders: pd.DataFrame) -> None:
    some = cdnow_orders[cdnow_orders["customer_id"] <= 600]
    fits, tables = {}, {}
    for unit in ("days", "weeks"):
        table = value.summarise_repeats(some, as_of="1997-09-30", unit=unit)
        tables[unit], fits[unit] = table, value.fit_bgnbd(table, unit=unit)
    days, weeks = fits["days"], fits["weeks"]
    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-5)
    for name in ("r", "a", "b"):
        assert days.params[name] == pytest.approx(weeks.params[name], rel=1e-5)
        assert days.standard_errors[name] == pytest.approx(
            weeks.standard_errors[name], rel=1e-3
        )
    n_orders = tables["days"]["n_repeat_orders"].sum()
    assert days.log_likelihood == pytest.approx(
        weeks.log_likelihood - n_orders * math.log(7)
    )
    pd.testing.assert_series_equal(
        days.expected_orders(tables["days"], within=70),
        weeks.expected_orders(tables["weeks"], within=10),
        rtol=1e-4,
    )


def test_the_order_of_rows_and_other_columns_do_not_matter(
    cdnow: pd.DataFrame,
) -> None:
    fit = value.fit_bgnbd(cdnow, unit="weeks")
    shuffled = cdnow.sample(frac=1, random_state=3)
    before = shuffled.copy()
    again = value.fit_bgnbd(shuffled, unit="weeks")
    assert again.params == pytest.approx(fit.params, rel=1e-6)
    forecast = again.expected_orders(shuffled, within=39)
    assert forecast.index.equals(shuffled.index)
    value.fit_gamma_gamma(shuffled)
    value.spend_independence(shuffled)
    spend = value.fit_gamma_gamma(shuffled)
    value.discounted_value(shuffled, orders=fit, spend=spend, periods=2, discount=0.0)
    pd.testing.assert_frame_equal(shuffled, before)


@pytest.mark.parametrize("may_be_last", [False, True])
def test_no_other_start_leads_higher(may_be_last: bool) -> None:
    """On our households the likelihood of MBG/NBD has two summits."""
    orders = datasets.load("company/orders")
    people = datasets.load("company/customers").query("kind == 'household'")
    ours = orders[orders["customer_id"].isin(people["customer_id"])]
    table = value.summarise_repeats(ours, as_of="2024-12-31", unit="weeks")
    fit = value.fit_bgnbd(table, unit="weeks", first_may_be_last=may_be_last)
    columns = ("n_repeat_orders", "age_at_last_order", "age")
    arrays = [table[name].to_numpy(dtype=float) for name in columns]
    likelihood = value._bgnbd_likelihood(*arrays, may_be_last)
    at_fit, slope = likelihood(np.log(list(fit.params.values())))
    assert at_fit == pytest.approx(fit.log_likelihood)
    assert np.abs(slope).max() < 1e-3
    rng = np.random.default_rng(1)
    for _ in range(8):
        start = np.array([0, 2.5, 0, 1]) + rng.normal(0, 1.3, 4)
        end = optimize.minimize(
            lambda theta: [-part for part in likelihood(theta)],
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(-9, 9)] * 4,
        )
        assert -end.fun < fit.log_likelihood + 1e-3


@pytest.mark.parametrize(
    ("model", "seed"), [(MODEL, 1), (AFTER_ANY, 2), (MODEL, 3), (AFTER_ANY, 4)]
)
def test_known_parameters_are_found_again(model: value.BGNBD, seed: int) -> None:
    times = simulate(model, np.full(4000, 80.0), seed=seed)
    fit = value.fit_bgnbd(
        histories(times, 80.0), unit="weeks", first_may_be_last=model.first_may_be_last
    )
    for name, true in model.params.items():
        assert abs(fit.params[name] - true) < 3.5 * fit.standard_errors[name]


def test_known_spending_is_found_again() -> None:
    rng = np.random.default_rng(11)
    x = rng.integers(1, 12, 6000)
    nu = rng.gamma(SPEND.q, 1 / SPEND.gamma_cents, 6000)
    mean = rng.gamma(SPEND.p * x, 1 / (nu * x))
    fit = value.fit_gamma_gamma(
        pd.DataFrame({"n_repeat_orders": x, "mean_repeat_spend_cents": mean})
    )
    for name, true in SPEND.params.items():
        assert abs(fit.params[name] - true) < 3.5 * fit.standard_errors[name]
    assert fit.mean_spend_cents == pytest.approx(SPEND.mean_spend_cents, rel=0.03)


def test_a_sample_of_the_hundred_firms() -> None:
    """tests/bench/bench_value.py has all of them: found, or it says why not."""
    bench = runpy.run_path(str(ROOT / "tests" / "bench" / "bench_value.py"))
    inside = []
    for number in range(20):
        truth, table = bench["draw_firm"](number)
        found = bench["by_us"](pd.DataFrame(table))
        assert found["BG/NBD"] or found["said"]
        assert all("only their ratio" in words for words in found["said"])
        for name, value_found in found["params"].items():
            off = math.log(value_found / truth[name])
            inside.append(abs(off) <= 1.96 * found["errors"][name] / value_found)
    assert len(inside) >= 7 * 17, "nearly all converge"
    assert 0.9 <= np.mean(inside) <= 0.99, "as often as intervals of 95 % should"


def test_a_fit_that_is_not_determined_says_why() -> None:
    one_rate = value.BGNBD(r=3, alpha=6, a=1e-9, b=5, unit="weeks")
    times = simulate(one_rate, np.full(500, 50.0), seed=5)
    with pytest.raises(value.FitError, match="no sign of anybody leaving") as caught:
        value.fit_bgnbd(histories(times, 50.0), unit="weeks")
    error = caught.value
    assert isinstance(error, CrmError)
    assert isinstance(error, ValueError)
    assert error.model == "BG/NBD"
    assert error.evidence["n_customers"] == 500
    assert {"r", "alpha", "a", "b", "log_likelihood"} <= set(error.evidence)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.reason, copy.evidence) == (error.reason, error.evidence)


def test_customers_all_alike_say_so() -> None:
    alike = [[5.0 * k for k in range(1, 7)]] * 300  # six orders each, then nothing
    with pytest.raises(value.FitError, match="only their ratio is determined"):
        value.fit_bgnbd(histories(alike, 100.0), unit="weeks")


def test_spending_all_alike_says_so() -> None:
    table = pd.DataFrame(
        {"n_repeat_orders": [1, 2, 3] * 20, "mean_repeat_spend_cents": [500.0] * 60}
    )
    with pytest.raises(value.FitError, match="Gamma-Gamma was not fitted"):
        value.fit_gamma_gamma(table)


# -------------------------------------------------- empty tables, one row, bad tables


def empty_orders() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": pd.Series([], dtype="str"),
            "ordered_on": pd.Series([], dtype="datetime64[us]"),
            "amount_cents": pd.Series([], dtype="int64"),
        }
    )


def test_an_empty_table() -> None:
    summary = value.summarise_repeats(
        empty_orders(), as_of="2025-01-01", unit="days", until="2025-02-01"
    )
    assert len(summary) == 0
    assert len(value.all_revenue(empty_orders(), as_of="2025-01-01")) == 0
    assert len(MODEL.probability_alive(summary)) == 0
    assert len(MODEL.expected_orders(summary, within=3)) == 0
    assert len(SPEND.expected_spend_cents(summary)) == 0
    worth = value.discounted_value(
        summary, orders=MODEL, spend=SPEND, periods=5, discount=0.01
    )
    assert list(worth) == ["expected_orders", "expected_spend_cents", "value_cents"]
    assert len(worth) == 0
    assert math.isnan(value.spend_independence(summary).correlation)
    with pytest.raises(value.FitError, match="nobody has ordered twice"):
        value.fit_bgnbd(summary, unit="days")
    with pytest.raises(value.FitError, match="nobody has ordered twice"):
        value.fit_gamma_gamma(summary)
    nothing = summary["n_holdout_orders"]
    with pytest.raises(ContractError, match="no customers"):
        value.evaluate(nothing, nothing)
    assert len(value.by_group(nothing, nothing, group=nothing)) == 0


def test_one_row() -> None:
    orders = pd.DataFrame(
        {
            "customer_id": ["C1"],
            "ordered_on": pd.to_datetime(["2025-01-01"]),
            "amount_cents": [700],
        }
    )
    summary = value.summarise_repeats(orders, as_of="2025-01-01", unit="days")
    row = summary.iloc[0]
    assert row["n_repeat_orders"] == row["age_at_last_order"] == row["age"] == 0
    assert math.isnan(row["mean_repeat_spend_cents"])
    assert MODEL.probability_alive(summary).item() == 1
    two = history((3, 10.0, 12.0))
    with pytest.raises(value.FitError):
        value.fit_bgnbd(two, unit="days")
    judged = value.evaluate(pd.Series([2]), pd.Series([2.0]))
    assert (judged.mae, judged.rmse, judged.total_error) == (0, 0, 0)


def test_days_with_an_order_count_once_and_the_future_not_at_all() -> None:
    days = [
        "2025-01-01",
        "2025-01-01",
        "2025-01-08",
        "2025-01-08",
        "2025-01-31",
        "2025-02-01",
        "2025-02-03",
        "2025-02-28",
    ]
    orders = pd.DataFrame(
        {
            "customer_id": ["C1"] * 8,
            "ordered_on": pd.to_datetime(days),
            "amount_cents": [1, 2, 10, 20, 50, 100, 200, 400],
        }
    )
    before = orders.copy()
    row = value.summarise_repeats(
        orders, as_of="2025-01-31", until="2025-02-27", unit="days"
    ).iloc[0]
    assert row["n_repeat_orders"] == 2
    assert (row["age_at_last_order"], row["age"]) == (30, 30)
    assert row["mean_repeat_spend_cents"] == (30 + 50) / 2
    assert (row["n_holdout_orders"], row["holdout_spend_cents"]) == (2, 300)
    assert row["holdout"] == 27
    total = value.all_revenue(orders, as_of="2025-01-31")["revenue_cents"]
    assert total.tolist() == [83]
    pd.testing.assert_frame_equal(orders, before)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ((-1, 0.0, 5.0), "n_repeat_orders"),
        ((1, 6.0, 5.0), "age_at_last_order"),
        ((1, 0.0, 5.0), "age_at_last_order"),
        ((0, 2.0, 5.0), "age_at_last_order"),
        ((0, 0.0, math.inf), "age"),
    ],
)
def test_a_broken_history_names_its_row(
    row: tuple[int, float, float], column: str
) -> None:
    table = history((0, 0.0, 9.0), row)
    for use in (
        MODEL.probability_alive,
        lambda t: MODEL.expected_orders(t, within=1),
        lambda t: value.fit_bgnbd(t, unit="weeks"),
    ):
        with pytest.raises(ContractError) as caught:
            use(table)
        assert caught.value.column == column
        assert caught.value.rows.index.tolist() == [1]


def test_the_other_recency_is_not_taken() -> None:
    table = pd.DataFrame(
        {"frequency": [1], "recency": [3.0], "days_since_last_order": [2], "T": [5.0]}
    )
    with pytest.raises(ContractError, match="n_repeat_orders"):
        MODEL.probability_alive(table)


def test_spending_must_be_there_and_above_zero() -> None:
    for wrong in (math.nan, 0.0, -5.0, math.inf):
        table = pd.DataFrame(
            {"n_repeat_orders": [2], "mean_repeat_spend_cents": [wrong]}
        )
        with pytest.raises(ContractError):
            value.fit_gamma_gamma(table)


def test_arguments_out_of_range() -> None:
    nobody, table, day = history(), empty_orders(), "2025-01-01"
    both = {"orders": MODEL, "spend": SPEND}
    cases: list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]] = [
        ("unit", value.summarise_repeats, (table,), {"as_of": day, "unit": "years"}),
        ("as_of", value.summarise_repeats, (table,), {"as_of": "May", "unit": "days"}),
        (
            "until",
            value.summarise_repeats,
            (table,),
            {"as_of": day, "until": day, "unit": "days"},
        ),
        ("unit", value.fit_bgnbd, (nobody,), {"unit": "months"}),
        ("r must", value.BGNBD, (), {**MODEL.params, "r": 0, "unit": "days"}),
        ("unit", value.BGNBD, (), {**MODEL.params, "unit": "hours"}),
        ("q must", value.GammaGamma, (), {**SPEND.params, "q": math.nan}),
        ("within", MODEL.expected_orders, (nobody,), {"within": -1}),
        ("within", MODEL.expected_orders_of_newcomer, (), {"within": math.inf}),
        ("yearly", value.discount_rate, (-1,), {"unit": "days"}),
        ("unit", value.discount_rate, (0.1,), {"unit": "years"}),
    ]
    for word, call, args, options in cases:
        with pytest.raises(ValueError, match=word):
            call(*args, **options)
    good = {"margin_cents": 1.0, "retention": 0.5, "discount": 0.0}
    for word, more in (
        ("margin", {"margin_cents": math.nan}),
        ("retention", {"retention": 1.5}),
        ("discount", {"discount": -1}),
        ("no end", {"retention": 1.0}),
        ("periods", {"periods": -1}),
    ):
        options = {**good, **more}
        with pytest.raises(ValueError, match=word):
            value.margin_retention(options.pop("margin_cents"), **options)
    for word, more in (
        ("periods", {"periods": -1}),
        ("discount", {"discount": -2.0}),
        ("margin", {"margin": math.nan}),
    ):
        options = {"periods": 1, "discount": 0.0, **both, **more}
        with pytest.raises(ValueError, match=word):
            value.discounted_value(nobody, **options)


# ------------------------------------------------- margin, retention, discount, value


@given(
    st.floats(0, 1),
    st.floats(0.001, 0.5),
    st.integers(0, 40),
    st.floats(-1e6, 1e6),
)
def test_margin_and_retention_against_the_sum(
    retention: float, discount: float, periods: int, margin: float
) -> None:
    q = retention / (1 + discount)
    summed = margin * sum(q**k for k in range(periods))
    found = value.margin_retention(
        margin, retention=retention, discount=discount, periods=periods
    )
    assert found == pytest.approx(summed, rel=1e-9, abs=1e-6)
    endless = value.margin_retention(margin, retention=retention, discount=discount)
    assert abs(found) <= abs(endless) * (1 + 1e-9)
    assert endless * (1 - q**periods) == pytest.approx(summed, rel=1e-9, abs=1e-6)


def test_a_discount_of_nothing_and_no_leaving() -> None:
    assert value.margin_retention(5, retention=1, discount=0, periods=12) == 60


@given(st.floats(-0.5, 2))
def test_discounts_compound_to_the_year(yearly: float) -> None:
    for unit, periods in (("days", 365.25), ("weeks", 365.25 / 7)):
        rate = value.discount_rate(yearly, unit=unit)  # type: ignore[arg-type]
        assert (1 + rate) ** periods == pytest.approx(1 + yearly)


def test_discounted_value_against_an_integral() -> None:
    """With short periods the sum nears the integral of the discounted order rate."""
    table = history((2, 30.43, 38.86)).assign(mean_repeat_spend_cents=[2235.0])
    yearly = 0.15
    days = value.BGNBD(**{**MODEL.params, "alpha": 7 * MODEL.alpha}, unit="days")
    in_days = table.assign(
        age_at_last_order=7 * table["age_at_last_order"], age=7 * table["age"]
    )
    found = value.discounted_value(
        in_days,
        orders=days,
        spend=SPEND,
        periods=700,
        discount=value.discount_rate(yearly, unit="days"),
        margin=0.3,
    )
    force = math.log1p(yearly) / 365.25 * 7  # per week

    def pace(t: float) -> float:
        step = 1e-3
        low = MODEL.expected_orders(table, within=max(t - step, 0)).item()
        high = MODEL.expected_orders(table, within=t + step).item()
        return (high - low) / (t + step - max(t - step, 0)) * math.exp(-force * t)

    paid, _ = integrate.quad(pace, 0, 100, limit=40, epsrel=1e-5)
    each = SPEND.expected_spend_cents(table).item()
    assert found["value_cents"].item() == pytest.approx(0.3 * paid * each, rel=1e-3)
    undiscounted = value.discounted_value(
        in_days, orders=days, spend=SPEND, periods=700, discount=0.0
    )
    assert undiscounted["value_cents"].item() == pytest.approx(
        found["expected_orders"].item() * each
    )


# ------------------------------------------------------------- holdout and independence


def test_evaluation_by_hand() -> None:
    judged = value.evaluate(pd.Series([0, 2, 4]), pd.Series([1.0, 1.0, 1.0]))
    assert judged.mae == pytest.approx(5 / 3)
    assert judged.rmse == pytest.approx(math.sqrt(11 / 3))
    assert judged.total_error == pytest.approx(-0.5)
    nothing = value.evaluate(pd.Series([0]), pd.Series([1.0]))
    assert math.isnan(nothing.total_error)
    with pytest.raises(ContractError, match="index"):
        value.evaluate(pd.Series([1], index=["a"]), pd.Series([1.0]))
    with pytest.raises(ContractError, match="missing"):
        value.evaluate(pd.Series([1.0]), pd.Series([math.nan]))


def test_groups_by_hand() -> None:
    table = value.by_group(
        pd.Series([1, 3, 5, 7]),
        pd.Series([2.0, 2.0, 4.0, 8.0]),
        group=pd.Series([0, 0, 2, 30]),
        last=2,
    )
    assert table["group"].tolist() == ["0", "2+"]
    assert table["n_customers"].tolist() == [2, 2]
    assert table["actual"].tolist() == [2, 6]
    assert table["forecast"].tolist() == [2, 6]


def test_independence_against_scipy() -> None:
    rng = np.random.default_rng(4)
    x = rng.integers(1, 9, 300)
    z = 1000.0 + 40 * x + rng.gamma(2, 200, 300)
    table = pd.DataFrame({"n_repeat_orders": x, "mean_repeat_spend_cents": z})
    found = value.spend_independence(table)
    theirs = stats.pearsonr(x, z)
    low, high = theirs.confidence_interval(0.95)
    assert found.correlation == pytest.approx(theirs.statistic)
    assert (found.low, found.high) == pytest.approx((low, high))
    perfect = value.spend_independence(
        pd.DataFrame(
            {"n_repeat_orders": [1, 2, 3], "mean_repeat_spend_cents": [1.0, 2.0, 3.0]}
        )
    )
    assert perfect.correlation == pytest.approx(1)
    assert math.isnan(perfect.low)


def test_sentences_speak() -> None:
    assert "leave after a repeat order" in MODEL.sentence
    assert AFTER_ANY.sentence.startswith("MBG/NBD")
    assert "35.22 yuan" in SPEND.sentence
