"""What chapter 5b says in words, where no computed number would give it away.

The builder computes every number of the prose; these are the sentences around them,
and what the notes for instructors say was measured. Some are held against the truth,
which the student's kit does not have.
"""

from __future__ import annotations

import math
from importlib.metadata import distribution
from typing import Any

import nbformat
import pandas as pd
import pytest
from scipy import stats

from course.term import ROOT
from crmlib import datasets, value


@pytest.fixture(scope="module")
def chapter() -> dict[str, Any]:
    """The names that the chapter's code cells define, without its pictures."""
    book = nbformat.read(ROOT / "chapters" / "05b_lifetime_value.ipynb", as_version=4)
    names: dict[str, Any] = {"display": lambda *shown: None}
    for cell in book.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)  # the course's own code
    return names


def test_two_cards(chapter: dict[str, Any]) -> None:
    summary, silence = chapter["summary"], chapter["silence"]
    song, yang = (summary.loc[one] for one in ("C00195", "C01460"))
    assert 26 <= silence["C00195"] < 27.5
    assert 24.5 <= silence["C01460"] < 25.5
    assert (song["n_holdout_orders"], yang["n_holdout_orders"]) == (0, 3)
    rhythm = summary["age_at_last_order"] / summary["n_repeat_orders"]
    assert 2.8 < rhythm["C00195"] < 3.5, "every three weeks"
    assert 12 < rhythm["C01460"] < 15, "every three months"
    shares = chapter["shares"]
    few, many = shares["share, few"], shares["share, many"]
    assert few["20 to 30"] > 2 * many["20 to 30"]
    assert many["0 to 4"] > few["0 to 4"]
    assert many["0 to 4"] == max(few.max(), many.max()), "more surely than anybody"


def test_all_revenue(chapter: dict[str, Any]) -> None:
    brought, nothing = chapter["brought"], chapter["nothing"]
    so_far, last_year = chapter["so_far"], chapter["last_year"]
    assert 0.18 < nothing(so_far) < 0.22, "one in five"
    assert 0.45 < nothing(last_year) / nothing(so_far) < 0.55, "half as many"
    came = chapter["came"]
    assert brought(so_far) < brought(last_year) < brought(came)
    in_2024 = chapter["orders"].query("ordered_on.dt.year == 2024")
    by_hand = in_2024.groupby("customer_id")["amount_cents"].sum()
    assert last_year[last_year > 0].equals(by_hand.astype(last_year.dtype))
    assert chapter["place"] < 0.05 * len(chapter["summary"]), "in front of the box"


def test_retention(chapter: dict[str, Any]) -> None:
    first, second = chapter["first_year"], chapter["second_year"]
    kept, class_after = chapter["kept"], chapter["next_class"]
    assert 0.45 < min(first, class_after) < max(first, class_after) < 0.5, "half"
    assert max(first, class_after) < kept < second
    grid = pd.DataFrame(chapter["grid"])
    across = grid["discount 5%"] - grid["discount 20%"]
    down = grid.loc["90%"] - grid.loc["50%"]
    assert across["50%"] < 0.15 * grid.loc["50%", "discount 5%"], "they hardly move"
    assert down.min() > 4 * across["50%"], "the numbers run away"


def test_the_leak(chapter: dict[str, Any]) -> None:
    model, shop = chapter["model"], chapter["music_shop"]
    assert model.r / model.alpha > 1.4 * shop.r / shop.alpha, "come more often"
    assert model.a / (model.a + model.b) < 0.25 * shop.a / (shop.a + shop.b)
    assert 0.4 < model.standard_errors["b"] / model.b < 0.5, "nearly half"
    assert 3 <= chapter["half_after"] / (73.4 / 23) < 6
    yang = pd.DataFrame(chapter["summary"].loc[["C01460"]])
    then = yang.assign(age=yang["age_at_last_order"] + chapter["half_after"])
    now = yang.assign(age=yang["age_at_last_order"])
    moved = model.probability_alive(now).item() - model.probability_alive(then).item()
    assert 0 < moved < 0.08, "has hardly moved"


def test_the_sliders_show_what_the_text_promises(chapter: dict[str, Any]) -> None:
    repeats = list(range(1, 24))
    table = pd.DataFrame({"n_repeat_orders": repeats})
    table = table.assign(age_at_last_order=73.0, age=100.0)
    model = chapter["model"]
    assert model.probability_alive(table).is_monotonic_decreasing
    coming = model.expected_orders(table, within=52)
    top = int(coming.argmax())
    assert 4 < repeats[top] < 14, "they rise and fall again"
    assert coming.iloc[-1] < 0.5
    assert coming.iloc[0] < 1


def test_the_unseen_year(chapter: dict[str, Any]) -> None:
    results, forecasts = chapter["results"], chapter["forecasts"]
    rule, models = results.loc["Lao Zhang's rule"], results.loc["BG/NBD, Gamma-Gamma"]
    off = "off by (yuan)"
    assert abs(rule[off] - models[off]) < 0.02 * rule[off], "as good"
    judged = {
        name: value.evaluate(chapter["came"], forecast)
        for name, forecast in forecasts.items()
    }
    told, thumb = judged["BG/NBD, Gamma-Gamma"], judged["Lao Zhang's rule"]
    assert abs(thumb.total_error) < abs(told.total_error)
    assert told.rmse < 0.96 * thumb.rmse, "ahead, and not by much"
    assert told.rmse > 0.9 * thumb.rmse
    gain = chapter["brought"](forecasts["BG/NBD, Gamma-Gamma"]) - chapter["brought"](
        forecasts["Lao Zhang's rule"]
    )
    assert 0.01 < gain < 0.04, "a little more"
    whole = value.evaluate(chapter["came"] / 100, chapter["so_far"] / 100)
    assert round(whole.mae) == 982, "as the notes say"
    half = forecasts["half of all revenue"]
    assert judged["half of all revenue"].rmse == max(j.rmse for j in judged.values())
    first = {name: chapter["brought"](one) for name, one in forecasts.items()}
    assert min(first, key=first.__getitem__) == "half of all revenue", "comes last"
    further = value.evaluate(chapter["came"], half).rmse - thumb.rmse
    assert further > thumb.rmse - told.rmse, "it is further to the first line"
    assert first["Lao Zhang's rule"] - first["half of all revenue"] > gain
    assert chapter["rule"] < chapter["paid"] < chapter["models"]
    for weeks in (13, 17, 22, 30, 39):  # as the notes say
        other = chapter["last_year"].where(chapter["silence"] <= weeks, 0)
        assert 425 < value.evaluate(chapter["came"] / 100, other / 100).mae < 456
    groups = chapter["by_repeats"].set_index("group")
    too_much = groups["forecast"] - groups["actual"]
    assert too_much["0"] > 0
    share = too_much / groups["actual"]
    assert (share[["1", "2", "3", "4"]] < -1 / 6).all(), "by a sixth or more"
    assert (share[["5", "6", "7+"]].abs() < 0.1).all(), "within a tenth"
    assert 0.3 < groups["n_customers"]["0"] / groups["n_customers"].sum() < 0.36


def test_before_he_has_come_back(chapter: dict[str, Any]) -> None:
    once, table, mended = chapter["once"], chapter["table"], chapter["mended"]
    assert (table["BG/NBD"] == 1).all(), "for certain"
    assert chapter["gain"] > 20
    assert 19 < math.exp(3) < 21, "twenty times as probable"
    assert (table["mended"] - table["came again"]).abs().max() < 0.08, "walks beside"
    assert table["mended"].is_monotonic_decreasing
    assert max(mended.a, mended.b) < 0.2, "far below one"
    middle = stats.beta(mended.a, mended.b).cdf([0.05, 0.95])
    assert middle[1] - middle[0] < 0.3, "most leave at once or hardly ever"
    assert 0.15 < chapter["there"] / len(once) < 0.22, "about a fifth"
    weeks = chapter["weeks"]
    came = once["n_holdout_orders"]
    by_mended, by_plain = (
        value.evaluate(came, one.expected_orders(once, within=weeks))
        for one in (mended, chapter["plain"])
    )
    assert abs(by_plain.total_error) < abs(by_mended.total_error), "even nearer"
    tables = chapter["tables"]
    apart = tables["mended"]["forecast"] - tables["BG/NBD"]["forecast"]
    assert apart.abs().max() < 0.16, "hardly apart"
    times = tables["BG/NBD"]["forecast"] / tables["mended"]["forecast"]
    assert times[4:].between(2, 4).all(), "two to four times"
    assert tables["BG/NBD"]["forecast"][4:].max() < 0.25, "next to nothing"
    worth = chapter["in_yuan"]
    assert worth["two years"].is_monotonic_decreasing
    ratio = worth["forecast of it"] / worth["came in 2025"]
    assert (ratio < 1).all(), "below what came in every line"
    assert set(ratio[ratio < 0.5].index) == {"13 to 26", "52 to 78"}
    assert chapter["today"] > worth["two years"].max()
    assert table["households"].between(50, 150).all()
    late = once[once["age"] < 13]
    assert mended.expected_orders(late, within=weeks).mean() > 1
    assert late["n_holdout_orders"].mean() > 1
    assert (late["n_holdout_orders"] == 0).mean() > 0.5, "most of them gave none"
    assert chapter["later"] > 1.3 * chapter["early"], "they warmed up"


def test_the_warming_up_is_not_the_season(chapter: dict[str, Any]) -> None:
    """Older households, over each loyal newcomer's two half years, if they stayed."""
    known, joined = chapter["known"], chapter["joined"]
    old = known[known["customer_id"].map(joined) < "2023-01-01"]
    last = old.groupby("customer_id")["ordered_on"].max()
    early = later = 0.0
    for begun in chapter["loyal"]["first_ordered_on"]:
        stayed = last.index[last > begun + pd.Timedelta(weeks=52)]
        days = old.loc[old["customer_id"].isin(stayed), "ordered_on"]
        week = (days - begun).dt.days / 7
        early += ((week > 0) & (week <= 26)).sum() / len(stayed)
        later += ((week > 26) & (week <= 52)).sum() / len(stayed)
    assert 0.97 < later / early < 1.05, "kept their pace"


def test_the_exercise_can_be_done(chapter: dict[str, Any]) -> None:
    newcomers, customers = chapter["newcomers"], chapter["customers"]
    through = customers["joined_through"].reindex(newcomers.index)
    fair = newcomers[(through == "fair") & (newcomers["n_repeat_orders"] == 0)]
    assert len(fair) > 50
    worth, door = chapter["worth"], chapter["at_the_door"]
    values = {
        (years, yearly): worth(door, years=years, yearly=yearly).item()
        for years in (2, 5)
        for yearly in (0.1, 0.2)
    }
    more_years = values[5, 0.1] - values[2, 0.1]
    assert more_years > 5 * (values[2, 0.1] - values[2, 0.2])
    assert worth(fair).mean() < values[2, 0.1]
    assert [round(values[key]) for key in sorted(values)] == [379, 349, 780, 648]
    everyone = newcomers.index[through == "fair"]
    costs = datasets.load("company/service_costs")
    costs = costs[costs["customer_id"].isin(everyone)]
    days = (costs["incurred_on"] - costs["customer_id"].map(chapter["joined"])).dt.days
    spent = costs.loc[days.between(0, 60), "cost_cents"].sum() / 100
    assert 220 < spent / len(everyone) < 230, "as the notes say"
    cities = customers["city"].reindex(newcomers.index)
    with pytest.raises(value.FitError):
        value.fit_bgnbd(
            newcomers[cities == "Deyang"], unit="weeks", first_may_be_last=True
        )


def test_the_mended_model_against_the_truth(chapter: dict[str, Any]) -> None:
    once = chapter["once"]
    truth = datasets.truth("company/customers").set_index("customer_id")
    left = truth["has_left"].reindex(once.index)
    there = (~left) | (once["n_holdout_orders"] > 0)  # at the end of 2024, at least
    assert there.sum() == 145
    assert 0.75 < chapter["there"] / there.sum() < 0.85, "too gloomy by a fifth"
    by_silence = there.groupby(once["silence"], observed=True).mean()
    told = once.groupby("silence", observed=True)["mended"].mean()
    assert (told - by_silence).abs().max() < 0.15


def test_what_the_notes_say_of_the_published_case() -> None:
    path = distribution("lifetimes").locate_file("lifetimes/datasets/CDNOW_sample.txt")
    names = ["master_id", "customer_id", "day", "n_discs", "dollars"]
    raw = pd.read_csv(str(path), sep=r"\s+", header=None, names=names)
    orders = pd.DataFrame(
        {
            "customer_id": raw["customer_id"],
            "ordered_on": pd.to_datetime(raw["day"].astype(str)),
            "amount_cents": (100 * raw["dollars"]).round().astype("int64"),
        }
    )
    table = value.summarise_repeats(
        orders, as_of="1997-09-30", until="1998-06-30", unit="weeks"
    )
    pace = table["n_repeat_orders"] / table["age"] * 39
    silence = table["age"] - table["age_at_last_order"]
    mean = pd.Series(table["n_holdout_orders"].mean(), table.index)
    model = value.fit_bgnbd(table, unit="weeks").expected_orders(table, within=39)
    noted = {
        "model": (model, 0.79, 1.61),
        "pace": (pace, 1.02, 2.21),
        "pace, or gone": (pace.where(silence <= 13, 0), 0.82, 2.02),
        "mean": (mean, 1.13, 2.06),
    }
    for name, (forecast, mae, rmse) in noted.items():
        judged = value.evaluate(table["n_holdout_orders"], forecast)
        assert (round(judged.mae, 2), round(judged.rmse, 2)) == (mae, rmse), name
