"""The Oriental Hotel: its rules, luck and scores, and the chapter's three edits."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import notebooks
from crmlib import plots
from crmlib.checks import hotel as check
from crmlib.errors import CrmError
from crmlib.simulation import engine, hotel, hotel_board
from crmlib.simulation.engine import DecisionError, PolicyError
from crmlib.simulation.hotel import Hotel, Plan

SMALL = Hotel(guests=10_000, rooms=20)
TINY = Hotel(guests=1_000, rooms=2, months=24)
SEEDS = range(3)


@pytest.fixture(scope="module")
def chapter() -> dict[str, Any]:
    """The chapter's policies, taken from its text."""
    text = notebooks.read(notebooks.TEXTS / "11_play_oriental_hotel.md")
    space: dict[str, Any] = {"hotel": hotel}
    for cell in text.cells:
        for part in cell.source.split("\n\n\n") if cell.cell_type == "code" else ():
            if part.startswith("def ") and "(view)" in part:
                exec(part, space)
    return space


# ------------------------------------------------------------------------- the board


def test_one_tenth_is_the_briefs_arithmetic() -> None:
    tenth = hotel.one_tenth(rooms=400, nights=3)
    assert tenth.room_nights == 146_000
    assert tenth.visits == 20_000
    assert tenth.nights_to_fill == Fraction(146_000, 20_000) == Fraction(73, 10)
    assert hotel.one_tenth(rooms=400, nights=7.3).occupancy == 1
    assert hotel.one_tenth(rooms=400, nights=7.3).full_months == 12
    assert hotel.one_tenth(rooms=400, nights=7.2).full_months == 0
    assert hotel.one_tenth(rooms=400, nights=7.3, party=2).occupancy == Fraction(1, 2)


@settings(max_examples=60, deadline=None)
@given(
    rooms=st.integers(1, 900),
    nights=st.fractions(Fraction(1, 4), 30, max_denominator=20),
    party=st.fractions(1, 4, max_denominator=10),
    returns=st.fractions(Fraction(1, 100), 1, max_denominator=100),
    season=st.lists(st.integers(1, 9), min_size=12, max_size=12),
)
def test_one_tenth_agrees_with_its_own_answers(
    rooms: int, nights: Fraction, party: Fraction, returns: Fraction, season: list[int]
) -> None:
    asked = hotel.one_tenth(rooms, nights, party, returns)
    full = hotel.one_tenth(rooms, asked.nights_to_fill, party, returns)
    assert full.occupancy == 1
    more = hotel.one_tenth(rooms, nights, party, asked.returns_to_fill)
    assert more.occupancy == 1
    uneven = hotel.one_tenth(rooms, nights, party, returns, season=season)
    assert uneven.occupancy <= asked.occupancy


def test_one_tenth_refuses_an_empty_house() -> None:
    with pytest.raises(CrmError, match="above 0"):
        hotel.one_tenth(rooms=0)
    with pytest.raises(CrmError, match="twelve weights"):
        hotel.one_tenth(season=(1, 2))


# ---------------------------------------------------------------- luck, and the digest


def test_the_same_luck_whatever_the_policy_does() -> None:
    """Who travels, and against which luck, is settled before the policy is asked."""
    one = engine.run(SMALL, hotel.nothing, seed=5)
    two = engine.run(SMALL, hotel.everything, seed=5)
    assert (one.record.guest == two.record.guest).all()
    assert (one.record.luck == two.record.luck).all()
    assert one.totals["journeys"] == two.totals["journeys"]
    assert one.digest != two.digest
    assert one.digest == engine.run(SMALL, hotel.nothing, seed=5).digest


def test_journeys_come_as_often_as_they_should() -> None:
    """The mean number of journeys against the tables, by arithmetic alone."""
    counts = np.bincount(hotel._CLASS_OF, minlength=5)
    a_year = np.array(hotel._TRIPS) / 65_536 * np.array(hotel._SEASON_SHAPE).sum() / 16
    expected = (counts * a_year).sum() / 256 * SMALL.guests * SMALL.months / 12
    found = engine.run(SMALL, hotel.nothing, seed=2).totals["journeys"]
    # The chance of the most frequent travellers ends at 1 in their season.
    assert 0.93 * expected < found < 1.02 * expected


NOTHING_DIGEST, GOOD_DIGEST = "4dc52e919d72981c", "219edb96a3f9721f"
YARDSTICK, BOUND = 1_139_701_100, 2_650_510_000

DIGEST = """
import json
from crmlib.simulation import engine, hotel
world = hotel.Hotel(guests=4000, rooms=8)
found = [engine.run(world, p, seed=11).digest for p in (hotel.nothing, hotel.good_rule)]
print(json.dumps([*found, world.yardstick(11), world.bound(11)]))
"""


@pytest.mark.parametrize("features", ["", "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX"])
def test_the_digest_is_the_same_on_every_machine(features: str) -> None:
    """These digests were had under numpy 2.0.2 and 2.4.6, with and without AVX."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DIGEST],
        env=dict(os.environ, NPY_DISABLE_CPU_FEATURES=features),
        capture_output=True,
        text=True,
        check=True,
    )
    nothing, good, yardstick, bound = json.loads(done.stdout)
    assert (nothing[:16], good[:16]) == (NOTHING_DIGEST, GOOD_DIGEST)
    assert (yardstick, bound) == (YARDSTICK, BOUND)


# ------------------------------------------------------------------------ the rules


def test_money_adds_up() -> None:
    run = engine.run(SMALL, hotel.good_rule, seed=3)
    p = run.periods
    nights = p["returning_nights"] + p["first_nights"]
    costs = p[["note_cents", "brief_cents", "card_cents", "house_cents"]].sum(axis=1)
    profit = p["rooms_cents"] - nights * hotel._SERVED_CENTS - costs
    assert (profit == p["profit_cents"]).all()
    assert run.objective == p["profit_cents"].sum()
    assert (p["note_cents"] == p["noted_things"] * SMALL.note_cents).all()
    assert (p["card_cents"] == p["cards"] * SMALL.card_cents).all()
    assert (nights <= p["days"] * SMALL.rooms).all()


def test_the_view_is_the_record_and_no_more() -> None:
    """Views are copies that cannot be written to, and agree with the books."""
    seen: list[hotel.View] = []

    def watcher(view: hotel.View) -> Plan:
        seen.append(view)
        return Plan(note=hotel.ALL, overhear=hotel.MENU)

    run = engine.run(TINY, watcher, seed=4)
    books = hotel.books_of(run)
    for field in dataclasses.fields(seen[0]):
        value = getattr(seen[0], field.name)
        if isinstance(value, np.ndarray):
            assert value.base is None
            assert not value.flags.writeable
    stayed = books.guest[books.outcome == hotel.STAYED]
    last = books.guest[books.starts[23] :][
        books.outcome[books.starts[23] :] == hotel.STAYED
    ]
    expected = np.bincount(stayed, minlength=1000) - np.bincount(last, minlength=1000)
    assert (seen[-1].stays - seen[0].stays == expected).all()
    noted, told = seen[-1].noted, seen[-1].told
    assert ((told & ~noted) == 0).all()
    untold = noted & ~told
    assert (untold & ~hotel.MENU == 0).all()
    assert (untold & hotel.MENU > 0).any()
    has_birthday = noted & hotel.BIRTHDAY > 0
    assert ((seen[-1].birthday >= 0) == has_birthday).all()


def test_who_is_met_with_what_he_never_told_takes_it_ill() -> None:
    """The offence alone: the same stays with and without the untold health."""
    heard = Plan(note=hotel.NOTHING, overhear=hotel.HEALTH, brief=hotel.HEALTH)
    run = engine.run(SMALL, lambda view: heard, seed=6)
    books = hotel.books_of(run)
    met = books.untold == hotel.HEALTH
    assert met.sum() > 50
    # Dice of -15 to 15 less the offence; nothing else was said.
    assert books.pleased[met].max() <= 15 - hotel._OFFENCE[5]
    assert run.totals["complaints"] >= met.sum()


def test_forgotten_notes_are_gone() -> None:
    def forgetful(view: hotel.View) -> Plan:
        assert (view.noted & hotel.SEAT == 0).all() or view.month < 72
        return Plan(note=hotel.SEAT if view.month < 70 else 0, forget=hotel.SEAT)

    def after(view: hotel.View) -> Plan:
        if view.month == 70:
            return Plan(forget=hotel.ALL)
        if view.month > 70:
            assert (view.noted == 0).all()
            assert (view.noted_on == engine.UNKNOWN).all()
            assert (view.birthday == engine.UNKNOWN).all()
        return Plan(note=hotel.ALL if view.month < 70 else 0)

    engine.run(TINY, forgetful, seed=1)
    engine.run(TINY, after, seed=1)


def test_a_card_comes_in_time_or_not_at_all() -> None:
    """A card posted to a delighted guest counts from its arrival, for three months."""

    def once(view: hotel.View) -> Plan:
        return Plan(card=int(view.month == 64))

    run = engine.run(SMALL, once, seed=7)
    books = hotel.books_of(run)
    period = np.searchsorted(books.starts, np.flatnonzero(books.card), "right") - 1
    arrived = 4 + np.array(hotel.POST_MONTHS)[books.home[books.guest[books.card > 0]]]
    late = period - arrived
    assert set(late.tolist()) == {0, 1, 2}


def test_a_second_card_soon_is_a_nuisance() -> None:
    every = engine.run(SMALL, lambda view: Plan(card=1), seed=1)
    twice = engine.run(SMALL, lambda view: Plan(card=view.month % 6 == 0), seed=1)
    assert every.totals["returning"] < twice.totals["returning"]


def test_too_many_briefings_are_forgotten() -> None:
    def loud(view: hotel.View) -> Plan:
        return Plan(note=hotel.ALL, brief=view.noted & view.told)

    crowded = engine.run(Hotel(guests=40_000, rooms=20), loud, seed=1).totals
    assert crowded["handed_on"] > 120 * 15 * 20
    quiet = engine.run(SMALL, loud, seed=1).totals
    share = [t["recalled"] / t["handed_on"] for t in (crowded, quiet)]
    assert share[0] < 0.9 < share[1] < 0.95


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(note=64), "note must be from 0 to 63, not 64"),
        (Plan(note=np.full(1000, -1, np.int16)), "note must be from 0 to 63"),
        (Plan(card=np.zeros(7)), "card must be"),
        (Plan(brief=np.zeros(7, np.int16)), "brief must have 1000 entries, not 7"),
        (Plan(forget=0.5), "forget must be a whole number"),
        (Plan(card="all"), "card must be"),
        (Plan(note=None), "note must be"),
    ],
)
def test_a_plan_that_cannot_be_done_is_told_so(plan: Plan, words: str) -> None:
    with pytest.raises(DecisionError, match=words):
        TINY.check(TINY.begin(1), plan)


def test_a_failing_policy_keeps_what_was_played() -> None:
    def fails(view: hotel.View) -> Plan:
        return Plan(note=[1, 1, 1][view.month - hotel.FIRST_MONTH])

    with pytest.raises(PolicyError, match="Month 60") as told:
        engine.run(TINY, lambda view: "x", seed=1)
    assert told.value.period == 0
    with pytest.raises(PolicyError, match="Month 63") as told:
        engine.run(TINY, fails, seed=1)
    assert len(told.value.periods) == 3


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(CrmError, match="no field 'shoe'"):
        Hotel(keeps=("shoe",))
    with pytest.raises(CrmError, match="no field 'shoe'"):
        hotel.value_of(TINY, hotel.nothing, fields="shoe", seeds=[1])


# ------------------------------------------------------------------ scores and bound


def test_the_three_edits_each_raise_the_score(chapter: dict[str, Any]) -> None:
    names = ("first", "edit_one", "edit_two", "edit_three")
    scores = [engine.score(SMALL, chapter[name], seeds=SEEDS) for name in names]
    means = [one.mean for one in scores]
    assert means == sorted(means)
    for one, two in itertools.pairwise(scores):
        gain = (two.table["score"] - one.table["score"]).min()
        assert gain > 0.05  # with every seed
    fixed = engine.score(SMALL, hotel.fixed_rule, seeds=SEEDS)
    assert means[2] > fixed.high


def test_the_baselines_stand_in_order() -> None:
    players = (hotel.everything, hotel.fixed_rule, hotel.sensible_rule, hotel.good_rule)
    found = [engine.score(SMALL, player, seeds=SEEDS).mean for player in players]
    assert found[0] < 0 < found[1] < found[2] < found[3]
    assert found[3] > 0.8


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_exceeds_the_bound(seed: int, chapter: dict[str, Any]) -> None:
    bound = SMALL.bound(seed)
    assert SMALL.yardstick(seed) < bound
    for policy in (hotel.nothing, hotel.good_rule, chapter["edit_three"]):
        assert engine.run(SMALL, policy, seed=seed).objective < bound
    # Even a world in which everything is free stays below it.
    gift = dataclasses.replace(SMALL, note_cents=0, brief_cents=0, card_cents=0)
    assert engine.run(gift, hotel.good_rule, seed=seed).objective < bound


def test_memory_and_its_fields_have_a_worth() -> None:
    memory = hotel.value_of(SMALL, hotel.good_rule, seeds=SEEDS)
    menu = hotel.value_of(SMALL, hotel.good_rule, fields="menu", seeds=SEEDS)
    assert memory.low > menu.high > menu.low > 0
    health = hotel.value_of(SMALL, hotel.everything, fields="health", seeds=SEEDS)
    assert health.high < 0  # for who repeats what he overheard


def test_the_engines_counterfactual_works_on_the_register() -> None:
    without = engine.counterfactual(
        SMALL, hotel.sensible_rule, without="last_stay", seeds=SEEDS
    )
    assert len(without.table) == len(SEEDS)
    for name in SMALL.record_fields:
        engine.counterfactual(TINY, hotel.good_rule, without=name, seeds=[1])


def test_in_a_process_of_its_own_the_run_is_the_same(chapter: dict[str, Any]) -> None:
    text = (
        "from crmlib.simulation import hotel\n\n"
        "def mine(view):\n"
        "    return hotel.Plan(note=hotel.ALL, brief=view.noted & view.told,\n"
        "        card=hotel.arrival(view) % 12 == view.birthday)\n"
    )
    apart = engine.run_isolated(TINY, text, seed=9)
    assert apart.digest == engine.run(TINY, chapter["edit_three"], seed=9).digest


def test_a_score_can_be_handed_in_and_ranked(tmp_path: Path) -> None:
    text = (
        "from crmlib.simulation import hotel\n\n"
        "def mine(view):\n"
        "    return hotel.good_rule(view)\n"
    )
    scored = engine.score(TINY, text, seeds=[1, 2], isolated=True)
    engine.write_score(scored, tmp_path / "mine.json", name="Lin")
    verified = engine.verify(tmp_path / "mine.json", seeds=[3, 4], world=TINY)
    assert verified.reproduced
    assert verified.note == ""
    run = engine.run_isolated(TINY, text, seed=1)
    engine.save(run, tmp_path / "run.json")
    assert engine.replay(tmp_path / "run.json").digest == run.digest


# ------------------------------------------------------------------------- explaining


def test_explanations_agree_with_the_books() -> None:
    run = engine.run(SMALL, hotel.everything, seed=1)
    books = hotel.books_of(run)
    travelled = set(books.guest.tolist())
    home = next(g for g in range(SMALL.guests) if g not in travelled)
    assert "did not travel" in engine.explain(run, guest=home).sentence
    once = np.flatnonzero(np.bincount(books.guest) == 1)
    stayed = [g for g in once if books.outcome[books.guest == g] == hotel.STAYED]
    assert "on his one journey" in engine.explain(run, guest=int(stayed[0])).sentence
    lost = hotel.out_of_reach(run)
    for row in np.flatnonzero(books.outcome == hotel.ELSEWHERE)[::4000].tolist():
        month = hotel.FIRST_MONTH + int(np.searchsorted(books.starts, row, "right")) - 1
        told = engine.explain(run, guest=int(books.guest[row]), month=month)
        assert ("price, or chance" in told.sentence) == bool(lost[row])
        assert len(told.table) == (books.guest == books.guest[row]).sum()
    with pytest.raises(CrmError, match="no guest"):
        engine.explain(run, guest=SMALL.guests)
    with pytest.raises(CrmError, match="did not travel in month"):
        engine.explain(run, guest=int(books.guest[0]), month=999)


def test_an_offence_is_named_as_the_reason() -> None:
    run = engine.run(SMALL, hotel.everything, seed=1)
    books = hotel.books_of(run)
    said = 0
    for guest in sorted(set(books.guest[books.untold & hotel.HEALTH > 0].tolist())):
        said += "never told us on purpose" in engine.explain(run, guest=guest).sentence
    assert said > 20


def test_a_score_keeps_no_books() -> None:
    scored = engine.score(TINY, hotel.fixed_rule, seeds=[1, 2])
    with pytest.raises(CrmError, match="no books"):
        engine.explain(scored.runs[0], guest=1)


# ------------------------------------------------------------- pictures and dashboard


def test_the_floor_has_all_rooms() -> None:
    run = engine.run(SMALL, hotel.good_rule, seed=1)
    for period in (0, 60, 119):
        counts = hotel_board.floor_counts(run, period=period)
        assert sum(counts.values()) == SMALL.rooms
        assert min(counts.values()) >= 0
        drawn = hotel_board.floor(run, period=period)
        marks = sum(len(line.get_xdata()) for line in drawn.get_lines())
        assert marks == SMALL.rooms
    with pytest.raises(CrmError, match="was not played"):
        hotel_board.floor(run, period=120)


def test_the_years_add_up() -> None:
    run = engine.run(SMALL, hotel.good_rule, seed=1)
    assert sum(hotel_board.yearly(run)) == run.objective
    assert len(plots.png(hotel_board.years({"mine": run}))) > 1000


def test_the_desk_moves() -> None:
    box = hotel_board.desk(TINY, seed=1)
    image = next(child for child in box.children if isinstance(child, ipw.Image))
    for control in (child for child in box.children if hasattr(child, "observe")):
        if isinstance(control, ipw.SelectionSlider):
            before, said = image.value, repr(box)
            control.index = len(control.options) - 1
            assert image.value != before or repr(box) != said
    assert "cannot be drawn" not in repr(box)


def test_ten_years_show_their_progress() -> None:
    box = hotel_board.ten_years(TINY, hotel.good_rule, seed=1)
    button, bar, _, image = box.children
    assert repr(box).startswith("Not played yet")
    seen: list[int] = []
    bar.observe(lambda change: seen.append(change["new"]), names="value")
    button.click()
    assert seen == list(range(1, 25))
    assert image.value[:4] == b"\x89PNG"
    assert "million yuan" in repr(box)
    failing = hotel_board.ten_years(TINY, lambda view: 1, seed=1)
    failing.children[0].click()
    assert "Month 60" in repr(failing)


# -------------------------------------------------------------------------- checkpoint


def test_the_checkpoints_know_right_and_wrong() -> None:
    assert check.nights(7.3).ok
    assert not check.nights(0.73).ok
    assert check.parties(34.2).ok  # 10,000 parties, 5 nights, 146,000 room-nights
    assert not check.parties(68.5).ok
    assert "Pairs share" in check.parties(68.5).message
    for question in check.QUESTIONS:
        assert question().ok is None
