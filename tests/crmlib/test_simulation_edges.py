"""The simulations at their edges: errors in words, hand-ins, explanations, pictures."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crmlib import plots
from crmlib.errors import CrmError, DataNotFound
from crmlib.simulation import engine, hotel, hotel_board, rice_shop
from crmlib.simulation.dashboard import dashboard
from crmlib.simulation.engine import (
    UNKNOWN,
    DecisionError,
    PolicyError,
    run,
    run_isolated,
    score,
    source_of,
)
from crmlib.simulation.hotel import Hotel
from crmlib.simulation.inventory import (
    Decision,
    Inventory,
    View,
    base_stock,
    best_s_S,
    poisson_weights,
    s_S,
)

SMALL = Inventory(n_periods=30)
TINY = Hotel(guests=1_000, rooms=2, months=24)
GOOD = """
from crmlib.simulation.inventory import Decision

def policy(view):
    return Decision(order=max(0, 8 - view.stock))
"""


def eight(view: View) -> Decision:
    return Decision(order=max(0, 8 - view.stock))


class Counting:
    """A policy that is a class: orders eight, then nine."""

    def __init__(self) -> None:
        self.level = 7

    def __call__(self, view: View) -> Decision:
        self.level += 1
        return Decision(order=max(0, self.level - view.stock))


# What is no policy, and what is no decision ------------------------------------------


@pytest.mark.parametrize("wrong", [8, "order eight", None, object()])
def test_what_cannot_be_called_is_no_policy(wrong: Any) -> None:
    with pytest.raises(PolicyError, match="A policy is a function of one view"):
        run(SMALL, wrong, seed=1)


class Unwilling:
    """Refuses to become an array, as whatever a policy returns may."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no")


@pytest.mark.parametrize("value", [Unwilling(), 5, [[1]], [1.5], "ab"])
def test_what_is_no_list_of_whole_numbers_is_named(value: Any) -> None:
    with pytest.raises(DecisionError, match="bring must be"):
        engine.integers("bring", value)


def test_an_empty_list_is_a_decision_to_do_nothing() -> None:
    assert engine.integers("bring", []).dtype == np.int64
    assert engine.integers("bring", [], length=0).size == 0
    with pytest.raises(DecisionError, match="bring"):
        engine.integers("bring", [], length=2)


def test_a_number_in_an_array_of_none_dimensions_is_a_number() -> None:
    assert engine.whole("order", np.array(7)) == 7
    with pytest.raises(DecisionError, match="from 0 to 9, not 10"):
        engine.whole("order", 10, high=9)


def test_a_digest_is_of_integers() -> None:
    with pytest.raises(CrmError, match="not of float64"):
        engine.digest([1.5])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 8\n", "defines no policy"),
        ("def policy(view) return 1\n", "not Python: line 1"),
        ("raise OSError('no disk')\n", "line 1 with OSError: no disk"),
        (
            "import dataclasses\n"
            "Other = dataclasses.make_dataclass('Other', [('amount', int)])\n"
            "def policy(view):\n    return Other(3)\n",
            "its decision cannot be read",
        ),
    ],
)
def test_a_text_that_is_no_policy_gets_a_sentence(source: str, words: str) -> None:
    with pytest.raises(PolicyError) as caught:
        run_isolated(SMALL, source, seed=1)
    assert words in str(caught.value)


def test_what_a_text_plays_is_what_it_calls_policy_or_defines_last() -> None:
    """The same in a process of its own, in which nothing of this one is known."""
    plain = run(SMALL, eight, seed=3)
    head = "from crmlib.simulation.inventory import Decision, View\n"
    last = source_of(eight, head + "def seven(view):\n    return None\n")
    assert run_isolated(SMALL, last, seed=3).digest == plain.digest
    named = GOOD + "\ndef afterwards(view):\n    return None\n"
    assert run_isolated(SMALL, named, seed=3).digest == plain.digest
    counting = source_of(Counting, head)
    ours = run(SMALL, Counting, seed=3)
    assert run_isolated(SMALL, counting, seed=3).digest == ours.digest
    # Read in this process, a text gives the same policy.
    for text, reference in ((last, plain), (named, plain), (counting, ours)):
        assert run(SMALL, engine._load(text), seed=3).digest == reference.digest
    with pytest.raises(PolicyError, match="defines no policy"):
        engine._load("x = 8")


# Source and saving -------------------------------------------------------------------


def test_a_source_that_cannot_be_had() -> None:
    with pytest.raises(PolicyError, match="A lambda has no source of its own"):
        source_of(lambda view: None)
    with pytest.raises(PolicyError, match="has no source text: hand in the function"):
        source_of(Counting())
    space: dict[str, Any] = {}
    exec("def typed(view):\n    return None\n", space)
    with pytest.raises(PolicyError, match="source of typed cannot be found"):
        source_of(space["typed"])
    space["typed"].__policy_source__ = "def typed(view):\n    return None\n"
    assert "def typed" in source_of(space["typed"])
    assert source_of("def a(view): ...") == "def a(view): ..."


def test_a_policy_that_forgets_nothing_is_told_before_it_is_handed_in(
    tmp_path: Path,
) -> None:
    """By itself the text plays from the beginning; here it had played before."""
    played: list[int] = []

    def remembering(view: View) -> Decision:
        played.append(view.period)
        return Decision(order=min(len(played), 8))

    text = (
        "from crmlib.simulation.inventory import Decision, View\nplayed = [0] * 5\n"
        + source_of(remembering).replace("import numpy as np\n", "")
    )
    found = dataclasses.replace(score(SMALL, remembering, seeds=[1]), source=text)
    with pytest.raises(PolicyError, match="By itself the policy plays otherwise"):
        engine.write_score(found, tmp_path / "x.json", name="he")
    unknown = dataclasses.replace(found, source=None)
    with pytest.raises(PolicyError, match="source of 'remembering' is not known"):
        engine.write_score(unknown, tmp_path / "x.json", name="he")
    assert not (tmp_path / "x.json").exists()


@pytest.fixture(scope="module")
def handed_in() -> dict[str, Any]:
    """A score file's content."""
    content: dict[str, Any] = {}
    found = score(SMALL, GOOD, seeds=[1, 2], isolated=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_write_json", lambda _, given: content.update(given))
        engine.write_score(found, "unused.json", name="anna")
    return content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"world": "the moon"}, "There is no world 'the moon'; there are:"),
        ({"parameters": {"smell": 3}}, "The parameters of inventory cannot be read"),
        ({"seeds": None}, "lacks seeds"),
        ({"format": "crm-run/1"}, "is not a file of the kind crm-score/1"),
    ],
)
def test_a_score_file_that_cannot_be_read(
    tmp_path: Path, handed_in: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    content = handed_in | change
    file = tmp_path / "anna.json"
    kept = {name: value for name, value in content.items() if value is not None}
    file.write_text(json.dumps(kept), "utf-8")
    with pytest.raises(CrmError, match=words):
        engine.verify(file, seeds=[7])


def test_a_score_file_of_another_world_or_none(
    tmp_path: Path, handed_in: dict[str, Any]
) -> None:
    file = tmp_path / "anna.json"
    file.write_text(json.dumps(handed_in), "utf-8")
    with pytest.raises(CrmError, match="is of the world inventory, not of hotel"):
        engine.verify(file, seeds=[7], world=TINY)
    file.write_text("[" * 100_000, "utf-8")
    with pytest.raises(CrmError, match="is not a file of the kind"):
        engine.verify(file, seeds=[7])
    with pytest.raises(DataNotFound, match="There is no file"):
        engine.verify(tmp_path / "bo.json", seeds=[7])


# Scores in words ---------------------------------------------------------------------


def test_a_score_says_on_which_side_of_the_yardstick_it_ends() -> None:
    below = score(SMALL, base_stock(7), seeds=range(3), name="seven")
    assert "seven scores" in repr(below)
    assert "3 seeds" in below.sentence
    assert "below the reference" in below.sentence
    table = below.table.assign(policy=below.table["yardstick"] + 1000)
    above = dataclasses.replace(below, table=table)
    assert "it ends 1,000 above the reference" in above.sentence


def test_money_is_said_in_yuan() -> None:
    small = Hotel(guests=2000, rooms=4, months=12)
    said = score(small, hotel.nothing, seeds=[1, 2], name="nothing")
    gap = said.table["yardstick"].mean() - said.table["policy"].mean()
    assert f"it ends {gap / 100:,.0f} yuan below the reference" in said.sentence


def test_a_score_tells_how_far_it_is_and_which_seed_failed() -> None:
    told: list[tuple[int, int]] = []
    score(SMALL, eight, seeds=[4, 5], progress=lambda *now: told.append(now))
    assert told == [(1, 2), (2, 2)]
    unlucky = run(SMALL, eight, seed=5).periods["stock"].min()

    def fragile(view: View) -> Decision:
        if view.stock == unlucky and view.period:
            raise ValueError("too little")
        return eight(view)

    with pytest.raises(PolicyError, match=r"too little \(seed \d\)") as caught:
        score(SMALL, fragile, seeds=[4, 5])
    assert len(caught.value.periods) == caught.value.period


def test_there_must_be_something_to_compare() -> None:
    with pytest.raises(CrmError, match="no policies to compare"):
        engine.compare(SMALL, {}, seeds=[1])


def test_what_a_field_is_worth_in_words() -> None:
    worth = engine.counterfactual(SMALL, eight, without="stock", seeds=[1, 2])
    assert repr(worth).startswith("stock: worth ")
    assert "2 seeds" in repr(worth)
    assert worth.mean > 0
    assert worth.mean == pytest.approx(worth.table["difference"].mean())


def test_unknown_is_unknown_in_every_type() -> None:
    table = np.array([(3, True, 2.5)], dtype=[("n", "i4"), ("b", "?"), ("x", "f8")])
    blank = engine._unknown(table)
    assert blank.tolist() == [(UNKNOWN, False, 0.0)]
    assert engine._unknown(5) == UNKNOWN
    assert engine._unknown(True) is False
    assert engine._unknown((1, 2)) == ()


# The line between the processes ------------------------------------------------------


def test_arrays_of_objects_do_not_travel() -> None:
    with pytest.raises(DecisionError, match="order is an array of objects"):
        engine.pack({"order": np.array([object()])})
    with pytest.raises(DecisionError, match="its fields must be numbers"):
        engine.pack({"order": object()})
    good = engine.pack({"order": np.arange(3)})
    with pytest.raises(ValueError, match="order"):
        engine.unpack(good.replace(b'"<i8"', b'"|O" '))


def test_a_line_that_breaks_or_lies_about_its_length_is_closed() -> None:
    whole = io.BytesIO()
    engine._send(whole, b"abc")
    assert engine._receive(io.BytesIO(whole.getvalue())) == b"abc"
    for broken in (b"", b"\1\0", whole.getvalue()[:-1], b"\xff" * 8 + b"abc"):
        assert engine._receive(io.BytesIO(broken)) is None
    closed = io.BytesIO(whole.getvalue())
    closed.close()
    assert engine._receive(closed) is None


# The shelf ---------------------------------------------------------------------------


def test_the_naive_shelf_orders_the_mean_demand() -> None:
    world = Inventory(n_periods=5, weights=(1, 0, 0, 0, 1))  # 0 or 4, so 2
    assert world.naive()(View(period=0, stock=-3)).order == 5
    assert world.naive()(View(period=0, stock=2)).order == 0


def test_with_a_price_on_orders_the_yardstick_waits() -> None:
    world = Inventory(n_periods=200, order=20)
    s, S, _ = best_s_S(poisson_weights(6), holding=1, shortage=4, order=20)
    assert s < S
    assert world.yardstick(3) == run(world, s_S(s, S), seed=3).objective
    assert world.yardstick(3) > run(world, base_stock(8), seed=3).objective
    free = Inventory(n_periods=200)
    assert free.yardstick(3) > run(free, s_S(s, S), seed=3).objective


def test_the_shelf_explains_a_period() -> None:
    played = run(Inventory(n_periods=40), base_stock(6), seed=1)
    stock = played.periods["stock"]
    for period in (int(stock.idxmax()), int(stock.idxmin())):
        told = engine.explain(played, period=period)
        left = int(stock[period])
        word = "left over" if left >= 0 else "owed"
        assert repr(told) == f"Period {period} ends with {abs(left)} {word}."
        assert told.table.index.tolist() == [period]


# The hotel ---------------------------------------------------------------------------


def test_a_hotel_needs_rooms_and_known_fields() -> None:
    with pytest.raises(CrmError, match="at least one of rooms"):
        Hotel(rooms=0)
    with pytest.raises(CrmError, match="smell"):
        Hotel(keeps=("smell",))


def test_months_before_the_play_are_named_too() -> None:
    assert hotel.when(hotel.FIRST_MONTH) == "January of year 1"
    assert hotel.when(hotel.FIRST_MONTH - 1) == "December, 1 year before play"
    assert hotel.when(hotel.FIRST_MONTH - 13) == "December, 2 years before play"


def test_what_became_of_a_card_in_words() -> None:
    home = 0
    post = int(hotel.POST_MONTHS[home])
    sent = hotel.FIRST_MONTH
    assert hotel._card_words(UNKNOWN, home, sent) == "no card had ever been sent"
    on_its_way = hotel._card_words(sent, home, sent + post - 1)
    assert "still on its way" in on_its_way
    assert "did not bring all of it" in hotel._card_words(sent, home, sent + post)
    late = sent + post + hotel.CARD_MONTHS
    assert "long forgotten" in hotel._card_words(sent, home, late)


def test_birthday_cards_go_to_those_who_told_their_birthday() -> None:
    plain = run(TINY, hotel.rule(cards="none"), seed=1)
    by_birthday = run(TINY, hotel.rule(cards="birthday"), seed=1)
    assert plain.totals["cards"] == 0
    assert by_birthday.totals["cards"] > 0


def test_years_hold_at_most_five_runs_and_name_the_best() -> None:
    good = run(TINY, hotel.good_rule, seed=1)
    idle = run(TINY, hotel.nothing, seed=1)
    ax = hotel_board.years({"good_rule": good, "nothing": idle})
    best = max((good, idle), key=lambda one: hotel_board.yearly(one)[-1])
    name = "good rule" if best is good else "nothing"
    assert ax.get_title(loc="left") == f"In the last year {name} earns most"
    assert np.allclose(
        ax.lines[0].get_ydata(), [cents / 1e8 for cents in hotel_board.yearly(good)]
    )
    _, own = plots.subplots()
    assert hotel_board.years({"one": good}, title="As told", ax=own) is own
    for wrong in ({}, {str(i): good for i in range(6)}):
        with pytest.raises(CrmError, match="A picture holds 1 to 5 runs"):
            hotel_board.years(wrong)


def test_one_tenth_is_drawn_where_it_is_computed() -> None:
    ax = hotel_board.full_house(rooms=400, nights=3.0)
    line, cross = ax.lines
    sizes, nights = (np.asarray(data) for data in line.get_data())
    for size, night in zip(sizes.tolist(), nights.tolist(), strict=True):
        assert night == pytest.approx(365 * size / 20_000)
    assert cross.get_xydata().tolist() == [[400.0, 3.0]]
    assert ax.get_title(loc="left") == "10 % of the guests fill 41 % of 400 rooms"
    _, own = plots.subplots()
    full = hotel_board.full_house(rooms=400, nights=7.5, ax=own)
    assert full is own
    assert full.get_title(loc="left") == "10 % of the guests fill 400 rooms"
    assert "41% full" in hotel_board.full_house_words(rooms=400, nights=3.0)


# The rice shop -----------------------------------------------------------------------


def test_every_reason_for_an_empty_jar_is_told() -> None:
    world = rice_shop.RiceShop(n_periods=120)
    never = run(world, rice_shop.waits, seed=1)
    said = engine.explain(never, household=0, day=0).sentence
    assert "the first day has no day before it" in said
    played = run(world, rice_shop.sensible, seed=1)
    for one in (never, played):
        books = rice_shop._books(one)
        for day, household in rice_shop.empty_jars(one).to_numpy().tolist()[::40]:
            told = engine.explain(one, household=household, day=day).sentence
            brought = books.poured_log[: day + 1, household]
            if not brought.any():
                assert "had never brought it rice" in told
                continue
            last = int(np.flatnonzero(brought)[-1])
            assert f"last came on day {last}, {day - last} days before" in told
            missed = books.visit_log[last : day + 1, household] == rice_shop._MISSED
            if missed.any():
                assert f"{missed.sum()} times he was sent" in told
            elif books.ours_log[day - 1, household]:
                assert "Nobody was sent in between" in told
            else:
                assert "a rival's customer by then" in told


def test_a_score_of_the_rice_shop_keeps_no_books() -> None:
    played = run(rice_shop.RiceShop(n_periods=30), rice_shop.waits, seed=1)
    bare = dataclasses.replace(played, record=None)
    with pytest.raises(CrmError, match="kept no books"):
        rice_shop.draw_street(bare, day=3)
    _, own = plots.subplots()
    assert rice_shop.draw_street(played, day=3, ax=own) is own
    assert rice_shop.draw_sales({"waits": played}, ax=own) is own


# The dashboard -----------------------------------------------------------------------


def test_a_dashboard_is_plain_text_where_there_are_no_widgets() -> None:
    board = dashboard(
        rice_shop.RiceShop(n_periods=240),
        rice_shop.fixed_round,
        seed=1,
        baselines={"waits": rice_shop.waits},
        curves=rice_shop.draw_sales,
        picture=lambda played, day: rice_shop.draw_street(played, day=day),
    )
    assert board._repr_mimebundle_()["text/plain"] == repr(board)
    button, bar, _, curves, at, street = board.children
    seen: list[int] = []
    bar.observe(lambda change: seen.append(change["new"]), names="value")
    button.click()
    assert not button.disabled
    assert seen == sorted(seen), "the bar never goes back"
    assert seen[-1] == bar.max
    assert len(seen) > 3
    assert curves.value[:4] == b"\x89PNG"
    before = street.value
    at.value = 100
    assert street.value != before
    said = board._repr_mimebundle_()["text/plain"]
    assert "yours ends with" in said
    assert "waits ends with" in said
