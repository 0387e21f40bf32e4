"""The rice shop's tables say what their card says; nothing is decided wrongly."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from course import generator
from course.generator import rice_shop
from crmlib import datasets
from crmlib.simulation import rice_shop as simulation

FOLDER = Path(__file__).resolve().parents[2] / "datasets"
SEEDS = (rice_shop.SEED, 0, 2**62 + 3)


_made = functools.cache(rice_shop.make)


@pytest.fixture(params=SEEDS)
def tables(request):
    return _made(request.param)


def test_committed_files_are_what_the_generator_makes(tmp_path):
    for path in generator.write(tmp_path, only="rice_shop"):
        if path.suffix == ".csv":
            made = path.relative_to(tmp_path)
            assert path.read_bytes() == (FOLDER / made).read_bytes(), made


def test_load_gives_what_make_gives():
    for name, table in rice_shop.make(rice_shop.SEED).items():
        read = datasets.truth if name.startswith("truth/") else datasets.load
        pd.testing.assert_frame_equal(read(name.removeprefix("truth/")), table)


def test_tables_keep_their_schema(tables):
    for name, table in tables.items():
        if not name.startswith("truth/"):
            datasets.check(table, name)


def test_equal_seeds_equal_tables_and_other_seeds_other_tables():
    one, same, other = rice_shop.make(3), rice_shop.make(3), rice_shop.make(4)
    for name in one:
        pd.testing.assert_frame_equal(one[name], same[name])
    assert not one["rice_shop/deliveries"].equals(other["rice_shop/deliveries"])


def test_measures_are_those_of_the_simulation():
    shop = dict(rice_shop.make(1)["rice_shop/shop"][["name", "value"]].to_numpy())
    world = simulation.RiceShop()
    assert shop["dou_ge"] == simulation.GE_PER_DOU
    assert shop["price_cents"] == world.price_cents
    assert shop["cost_cents"] == world.cost_cents
    assert shop["cart_ge"] == world.cart
    assert shop["metres_per_minute"] == world.metres_per_minute
    assert shop["wage_cents"] == world.wage_cents
    assert shop["home_minute"] - shop["starts_minute"] == world.minutes


def test_houses_stand_where_the_simulation_has_them(tables):
    view = simulation.RiceShop(n_periods=1)
    view = view.view(view.begin(1))
    homes = tables["rice_shop/households"]
    number = (homes["lane"] - 1) * 30 + homes["house"] - 1
    assert number.is_unique
    assert (homes["street_m"] == view.street[number]).all()
    assert (homes["house_m"] == view.house[number]).all()


def test_jars_hold_what_is_poured_and_two_looks_tell_what_was_eaten(tables):
    """Between looks without a dry day nobody ate less than nothing, or absurdly."""
    homes = tables["rice_shop/households"].set_index("household_id")
    rate = tables["truth/rice_shop/households"].set_index("household_id")["rate_ge"]
    dry = tables["truth/rice_shop/dry_days"]
    per_day: list[float] = []
    for key, rows in tables["rice_shop/deliveries"].groupby("household_id", sort=False):
        assert rows["in_jar_ge"].notna().iloc[0]
        stock = start = None
        for row in rows.itertuples():
            if pd.notna(row.in_jar_ge):
                if start is not None and row.delivered_on > start:
                    gap = (dry["household_id"] == key) & dry["dry_on"].between(
                        start, row.delivered_on - pd.Timedelta(days=1)
                    )
                    # A dry day is always seen: the next look finds an empty jar.
                    assert row.in_jar_ge == 0 or not gap.any()
                    days = (row.delivered_on - start).days
                    eaten = stock - row.in_jar_ge
                    assert eaten >= -5
                    if not gap.any() and days > 6:
                        per_day.append(eaten / days / rate[key])
                stock, start = row.in_jar_ge, row.delivered_on
                assert stock + row.poured_ge <= homes.at[key, "jar_ge"] + 5
            stock += row.poured_ge
    assert len(per_day) > 400
    assert 0.97 < np.mean(per_day) < 1.06  # New Year adds a little


def test_eaten_afterwards_is_the_true_rate_in_the_long_run(tables):
    after = tables["rice_shop/afterwards"]
    assert (after.groupby("household_id").size() == 60).all()
    mean = after.groupby("household_id")["eaten_ge"].mean()
    true = tables["truth/rice_shop/households"].set_index("household_id")["rate_ge"]
    assert abs((mean / true).mean() - 1) < 0.02
    assert (mean / true - 1).abs().quantile(0.9) < 0.2


def test_new_year_is_a_feast():
    assert rice_shop.FEAST[0] < date(1933, 1, 26) < rice_shop.FEAST[1]


# ------------------------------------------------------------------------- the slips


def _amount(text: str) -> int:
    """Read an amount by another route than the generator wrote it."""
    total = Fraction(0)
    words = text.lower().replace("half a", "1/2").replace("and", " ")
    words = words.replace("ge", " ge").replace("nothing", "0 ge").split()
    number = Fraction(0)
    for word in words:
        if word[0].isdigit():
            number += Fraction(word)
        else:
            total += number * {"s": 200, "d": 100, "g": 1}[word[0]]
            number = Fraction(0)
    assert number == 0
    assert total.denominator == 1
    return int(total)


def test_amounts_are_written_as_the_rules_read_them(tables):
    slips = tables["rice_shop/slips"].merge(
        tables["rice_shop/slips_worked"], on="slip_id"
    )
    for row in slips.itertuples():
        assert _amount(row.rice) == row.rice_ge, row.rice
        if isinstance(row.in_jar, str):
            seen = 0 if row.in_jar == "empty" else _amount(row.in_jar)
            assert seen == row.in_jar_ge
        else:
            assert pd.isna(row.in_jar_ge)


def test_rules_never_decide_against_the_truth(tables):
    both = tables["rice_shop/slips_worked"].merge(
        tables["truth/rice_shop/slips"], on="slip_id", suffixes=("", "_true")
    )
    decided = both[both["household_id"].notna()]
    assert (decided["household_id"] == decided["household_id_true"]).all()
    assert 0.9 < len(decided) / len(both) < 1
    counted = both[both["counts"]]
    assert (counted["right_ge"] == counted["poured_ge"]).all()


def test_counted_slips_are_the_deliveries_less_the_lost_papers(tables):
    slips = tables["rice_shop/slips"].merge(
        tables["rice_shop/slips_worked"], on="slip_id"
    )
    counted = slips[slips["counts"]]
    assert counted["paper_no"].is_unique
    since = tables["rice_shop/deliveries"].dropna(subset=["paper_no"])
    both = counted.merge(since, on="paper_no", suffixes=("", "_true"))
    assert len(both) == len(counted)
    assert (both["right_ge"] == both["poured_ge"]).all()
    assert (both["written_on"] == both["delivered_on"]).all()
    missing = set(since["paper_no"]) - set(counted["paper_no"])
    assert 5 <= len(missing) <= 0.1 * len(since)


def test_every_trap_is_planted(tables):
    planted = Counter(
        tables["truth/rice_shop/slips"]["planted"].dropna().str.split(", ").explode()
    )
    for trap, least in {
        "spelling": 200,
        "no place": 40,
        "lane only": 30,
        "namesake": 20,
        "name and place disagree": 3,
        "typed twice": 15,
        "wrong amount": 10,
        "correction": 15,
        "corrected again": 1,
        "taken back": 1,
    }.items():
        assert planted[trap] >= least, trap
    since = tables["rice_shop/deliveries"].dropna(subset=["paper_no"])
    # Two loads on one day are no repetition.
    assert since.duplicated(["household_id", "delivered_on"]).any()
    joined = tables["rice_shop/deliveries"].groupby("household_id").size()
    assert (joined <= 3).any()
    assert (tables["rice_shop/talks"].groupby("household_id").size() > 1).sum() > 10


# --------------------------------------------------------------- estimates and money


def test_worked_estimates_hold_what_they_promise():
    """An interval of two standard errors holds the true rate about as often as said."""
    misses = []
    for seed in range(12):
        made = _made(seed)
        both = made["rice_shop/estimates"].merge(
            made["truth/rice_shop/households"][["household_id", "rate_ge"]],
            on="household_id",
            suffixes=("", "_true"),
        )
        misses += ((both["rate_ge"] - both["rate_ge_true"]) / both["se_ge"]).to_list()
    miss = np.array(misses)
    assert abs(miss.mean()) < 0.25
    assert 0.72 < (np.abs(miss) < 1.2816).mean() < 0.85
    assert 0.88 < (np.abs(miss) < 1.96).mean() < 0.97


def test_worked_estimates_agree_with_numpy():
    """The yardsticks, by least squares of another library."""
    made = _made(rice_shop.SEED)
    known = made["rice_shop/estimates"].merge(
        made["rice_shop/households"], on="household_id"
    )
    known = known[known["watched_days"] >= 40]
    value = made["rice_shop/yardsticks"].set_index("name")["value"]
    # Undo the shrinkage to get at each household's own mean.
    noise, habit = value["day_sd_ge"] ** 2, value["habit_sd_ge"] ** 2
    weight = known["watched_days"] * habit / (known["watched_days"] * habit + noise)
    own = (known["rate_ge"] - (1 - weight) * known["by_mouths_ge"]) / weight
    fit, *_ = np.linalg.lstsq(known[["adults", "children"]].to_numpy(float), own)
    assert fit == pytest.approx([value["adult_ge"], value["child_ge"]], abs=0.02)
    assert value["adult_ge"] == pytest.approx(rice_shop.ADULT_GE, abs=0.5)


def test_the_account_adds_up(tables):
    account = tables["rice_shop/account"]
    sign = account["kind"].map({"rice": 1, "payment": -1})
    signed = account["amount_cents"] * sign
    balance = signed.groupby(account["household_id"]).sum()
    evidence = tables["rice_shop/evidence"].set_index("household_id")
    owed = evidence["owed_cents"]
    assert (owed == balance.reindex(owed.index, fill_value=0)).all()
    assert ((owed > 0) | (evidence["oldest_debt_days"] == 0)).all()
    calls = tables["rice_shop/calls"]
    assert (calls["paid_cents"] <= calls["owed_cents"]).all()
    assert calls["paid_cents"].sum() == -signed[signed < 0].sum()
    assert (calls["promised_on"].notna() == (calls["answer"] == "promised")).all()
    after = tables["rice_shop/quarter_after"].set_index("household_id")
    assert (after["owed_cents"] == owed).all()
    assert (after["left_on"].notna() | (after["lost_cents"] == 0)).all()
    rice = account[account["kind"] == "rice"]["amount_cents"].sum()
    sold = tables["rice_shop/deliveries"].query("kind == 'delivery'")["poured_ge"].sum()
    assert rice == sold * rice_shop.PRICE_CENTS


def test_who_leaves_is_told_by_the_evidence():
    """Over many streets those who leave had the worse odds, and it is no certainty."""
    made = [_made(seed) for seed in range(12)]
    both = pd.concat(
        m["rice_shop/quarter_after"].merge(m["truth/rice_shop/households"])
        for m in made
    )
    both = both[both["owed_cents"] > 0]
    left = both["left_on"].notna()
    assert left.mean() == pytest.approx(both["loss_probability"].mean(), abs=0.025)
    assert both.loc[left, "loss_probability"].mean() > 1.8 * (
        both.loc[~left, "loss_probability"].mean()
    )


def test_paydays_fall_on_their_days():
    first, last = date(1933, 2, 1), date(1933, 3, 31)
    assert rice_shop.paydays("teacher", first, last) == [
        date(1933, 2, 21),
        date(1933, 3, 21),
    ]
    assert all(d.weekday() == 5 for d in rice_shop.paydays("day labourer", first, last))
    assert len(rice_shop.paydays("shopkeeper", first, last)) == 59
