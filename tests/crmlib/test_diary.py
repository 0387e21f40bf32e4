"""The contact diary: the same promises kept by SQLite and by PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmlib import diary
from crmlib.diary import _words
from crmlib.errors import ContractError, CrmError, DataNotFound

CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["C1", "C2", "C3"],
        "name": ["Gao Hong", "余世明", "Hotel Jinjiang"],
        "segment": ["household", "office", "hotel"],
        "joined_on": pd.to_datetime(["2020-01-01", "2025-12-01", None]),
        "phone": ["+8613800000001", None, None],
    }
)


@pytest.fixture
def book(target, clock):
    """A diary with three customers and no entry."""
    with diary.open(target, user="Lin Yue", now=clock) as opened:
        opened.add_customers(CUSTOMERS)
        yield opened


def contact(book, customer_id="C1", happened_at="2025-03-01 10:00", **fields):
    return book.log(
        customer_id=customer_id, kind="contact", happened_at=happened_at, **fields
    )


def money(book, kind, cents, happened_at="2025-03-01", customer_id="C1", **fields):
    return book.log(
        customer_id=customer_id,
        kind=kind,
        amount_cents=cents,
        happened_at=happened_at,
        **fields,
    )


# ---------------------------------------------------------------- log and read back


FULL = {
    "customer_id": "C1",
    "kind": "sample",
    "happened_at": dt.datetime(2025, 3, 1, 14, 30, 5, 123456),
    "channel": "visit",
    "direction": "out",
    "staff": "Lao Zhang",
    "purpose": "spring tasting",
    "outcome": "reached",
    "note": "两种红茶, left 2 tins; 'quoted' \\ \t 100 % 🍵",
    "item": "black tea",
    "quantity": 2,
    "order_id": "O000001",
    "promised_cents": 12_345,
    "amount_cents": 2_500,
    "next_step": "ask how it tasted",
    "follow_up_on": dt.date(2025, 3, 8),
    "source_id": "S-1",
}


def test_what_is_logged_comes_back(book, clock):
    number = book.log(**FULL)
    found = book.timeline("C1")
    assert found.columns.tolist() == list(diary.ENTRY_COLUMNS)
    row = found.iloc[0].to_dict()
    for name, value in FULL.items():
        expected = pd.Timestamp(value) if isinstance(value, dt.date) else value
        assert row[name] == expected, name
    assert row["entry_id"] == number
    assert row["recorded_at"] == clock.time
    assert row["recorded_by"] == "Lin Yue"
    assert pd.isna(row["previous_id"])


def test_types_do_not_depend_on_the_rows(book):
    book.log(**FULL)
    one, none = book.timeline("C1"), book.timeline("C2")
    assert one.dtypes.astype(str).tolist() == none.dtypes.astype(str).tolist()
    for name in ("follow_ups", "last_contact", "balances", "losing_touch"):
        full, empty = (
            getattr(book, name)(as_of=d) for d in ("2025-12-31", "1999-01-01")
        )
        types = full.dtypes.astype(str), empty.dtypes.astype(str)
        assert types[0].tolist() == types[1].tolist(), name


def test_a_table_of_entries_and_its_labels(book):
    table = pd.DataFrame(
        {
            "customer_id": ["C2", "C1", "C2"],
            "kind": ["payment", "contact", "invoice"],
            "happened_at": pd.to_datetime(["2025-02-03", "2025-02-01", "2025-02-02"]),
            "amount_cents": [500, None, 700],  # floats, as pandas reads gaps
        },
        index=[7, 3, 5],
    )
    before = table.copy(deep=True)
    numbers = book.log_many(table)
    pd.testing.assert_frame_equal(table, before)
    assert numbers.index.tolist() == [7, 3, 5]
    assert book.entries()["entry_id"].tolist() == numbers.loc[[3, 5, 7]].tolist()
    assert book.entries(kinds=["payment"])["amount_cents"].tolist() == [500]
    assert book.entries(kinds="payment", customers=["C1"]).empty
    assert book.entries(since="2025-02-02", until="2025-02-02")["kind"].tolist() == [
        "invoice"
    ]


def test_the_quick_way_for_many_rows_writes_the_same(book):
    rows = pd.DataFrame([FULL] * 500).assign(
        source_id=[f"S-{i}" for i in range(500)], follow_up_on="2025-03-08"
    )
    book.log_many(rows)
    book.log(**FULL | {"source_id": "alone"})
    found = book.timeline("C1").drop(columns=["entry_id", "source_id"])
    assert len(found.drop_duplicates()) == 1
    assert len(book.search("红茶 tins tasting", limit=None)) == 501


def test_the_timeline_is_what_happened_in_order(book):
    times = ["2025-03-02 09:00", "2025-03-01", "2025-03-02 08:59:59", "2025-03-03"]
    for time in times:
        contact(book, happened_at=time)
    contact(book, "C2")
    found = book.timeline("C1")["happened_at"]
    assert found.tolist() == sorted(pd.to_datetime(times, format="ISO8601"))
    assert len(book.timeline("C1", until="2025-03-02")) == 3
    assert len(book.timeline("C1", until="2025-03-02 08:59:59")) == 2
    assert len(book.timeline("C1", since="2025-03-02")) == 3
    assert book.timeline("C1", limit=1)["happened_at"].tolist() == [
        pd.Timestamp("2025-03-03")
    ]
    with pytest.raises(DataNotFound, match="no customer 'C9'"):
        book.timeline("C9")
    with pytest.raises(ValueError, match="limit"):
        book.timeline("C1", limit=0)
    with pytest.raises(ValueError, match="kinds must be among"):
        book.timeline("C1", kinds=["fax"])
    with pytest.raises(ValueError, match="wall clock"):
        book.timeline("C1", until=dt.datetime(2025, 3, 1, tzinfo=dt.UTC))


# ---------------------------------------------------------------- bad input


WRONG = [
    ({"customer_id": "C9"}, "customer_id", "not in the diary"),
    ({"customer_id": None}, "customer_id", "missing"),
    ({"customer_id": " "}, "customer_id", "missing"),
    ({"kind": "fax"}, "kind", "not one of: contact"),
    ({"channel": "smoke"}, "channel", "not one of"),
    ({"direction": "up"}, "direction", "not one of"),
    ({"outcome": "Reached"}, "outcome", "not one of"),
    ({"happened_at": "yesterday"}, "happened_at", "not a time"),
    ({"happened_at": 20250301}, "happened_at", "not a time"),
    (
        {"happened_at": "2026-02-01", "follow_up_on": None},
        "happened_at",
        "later than the diary's clock",
    ),
    ({"happened_at": "2025-03-01T10:00+08:00"}, "happened_at", "with a zone"),
    ({"amount_cents": -1}, "amount_cents", "below 0"),
    ({"amount_cents": 10.5}, "amount_cents", "not a whole number"),
    ({"amount_cents": "12"}, "amount_cents", "not a whole number"),
    ({"amount_cents": True}, "amount_cents", "not a whole number"),
    ({"amount_cents": float("inf")}, "amount_cents", "not a whole number"),
    ({"amount_cents": 10**16}, "amount_cents", "too large"),
    ({"kind": "invoice", "amount_cents": None}, "amount_cents", "needs its amount"),
    ({"kind": "contact"}, "amount_cents", "entry of its own"),
    ({"promised_cents": 0}, "promised_cents", "not above 0"),
    ({"quantity": -2}, "quantity", "below 0"),
    ({"follow_up_on": "2025-02-28"}, "follow_up_on", "before the entry"),
    ({"follow_up_on": "2025-03-08 10:00"}, "follow_up_on", "time of day"),
    ({"note": "x" * 20_001}, "note", "longer than"),
    ({"note": "nul \0 inside"}, "note", "broken character"),
    ({"note": "half \ud83c"}, "note", "broken character"),
    ({"note": 5}, "note", "not text"),
    ({"previous_id": 999}, "previous_id", "no such entry"),
    ({"previous_source_id": "S-9"}, "previous_source_id", "no such entry"),
]


def test_a_wrong_value_is_named_and_nothing_is_written(book):
    for change, column, what in WRONG:
        rows = pd.DataFrame([FULL, FULL | {"source_id": "S-2"}], dtype=object)
        table = rows.set_axis(["fine", "wrong"])
        for name, value in change.items():
            table[name] = table.get(name, None)
            table[name] = pd.Series([table[name].iloc[0], value], table.index, object)
        with pytest.raises(ContractError, match=what) as caught:
            book.log_many(table)
        assert caught.value.column == column
        assert caught.value.rows.index.tolist() == ["wrong"]
        assert "nothing was written" in str(caught.value)
        problems = book.problems(table)
        assert problems["row"].tolist() == ["wrong"]
        assert problems["column"].tolist() == [column]
    assert book.entries().empty
    # The last of them once more: what is good goes in, what is wrong is kept.
    numbers = book.log_many(table, bad="set_aside")
    assert numbers.index.tolist() == ["fine"]
    assert len(book.entries()) == 1
    aside = book.set_aside().iloc[0]
    assert what in aside["what"]
    kept = json.loads(aside["row_json"])
    assert kept["staff"] == "Lao Zhang"
    assert set(kept) == set(table.columns)


def test_what_cannot_be_stored_is_set_aside_all_the_same(book):
    bad = [
        FULL | {"note": note, "source_id": note} for note in ("nul \0", "half \ud83c")
    ]
    bad += [FULL | {"amount_cents": float("inf")}, FULL | {"happened_at": object()}]
    assert book.log_many(pd.DataFrame(bad), bad="set_aside").empty
    kept = [json.loads(text) for text in book.set_aside()["row_json"]]
    assert [row["item"] for row in kept] == ["black tea"] * 4


def test_columns_that_nobody_knows_are_refused(book):
    table = pd.DataFrame([FULL]).rename(columns={"amount_cents": "amount"})
    with pytest.raises(ContractError, match="no such column") as caught:
        book.log_many(table, bad="set_aside")
    assert caught.value.column == "amount"
    with pytest.raises(ContractError, match="needed for every row"):
        book.log_many(pd.DataFrame([FULL]).drop(columns="kind"))
    with pytest.raises(ContractError, match="DataFrame is needed"):
        book.log_many([FULL])
    with pytest.raises(ValueError, match="bad must be"):
        book.log_many(pd.DataFrame([FULL]), bad="drop")


def test_a_source_can_be_loaded_once(book):
    table = pd.DataFrame([FULL, FULL | {"source_id": "S-2"}])
    book.log_many(table)
    with pytest.raises(ContractError, match="logged already") as caught:
        book.log_many(table)
    assert len(caught.value.rows) == 2
    with pytest.raises(ContractError, match="twice in this table"):
        book.log_many(pd.DataFrame([FULL | {"source_id": "new"}] * 2))
    assert len(book.entries()) == 2


def test_all_problems_are_counted(book):
    table = pd.DataFrame([FULL | {"kind": "fax"}, FULL | {"customer_id": "C9"}, FULL])
    with pytest.raises(ContractError, match="and 1 more row with other problems"):
        book.log_many(table.assign(source_id=None))


def test_empty_tables_are_no_problem(book):
    empty = pd.DataFrame([FULL]).head(0)
    assert book.log_many(empty).empty
    assert book.problems(empty).empty
    book.add_customers(CUSTOMERS.head(0))


# ---------------------------------------------------------------- the base file


def test_base_files(book):
    assert book.customers()["customer_id"].tolist() == ["C1", "C2", "C3"]
    file = book.base_file("C2")
    assert (file["name"], file["phone"]) == ("余世明", None)
    assert file["joined_on"] == dt.date(2025, 12, 1)
    with pytest.raises(ContractError, match="in the diary already") as caught:
        book.add_customers(CUSTOMERS.assign(customer_id=["C4", "C1", "C5"]))
    assert caught.value.rows.index.tolist() == [1]
    assert len(book.customers()) == 3
    with pytest.raises(ContractError, match="twice in this table"):
        book.add_customers(CUSTOMERS.assign(customer_id="C6"))
    with pytest.raises(ContractError, match="no such column"):
        book.add_customers(CUSTOMERS.assign(customer_id="C6", iq=100))
    book.correct_customer("C1", why="moved", city="Yibin", phone=None)
    assert book.base_file("C1")["city"] == "Yibin"
    history = book.history(customer_id="C1")
    assert history[["field", "before", "after"]].fillna("-").values.tolist() == [
        ["city", "-", "Yibin"],
        ["phone", "+8613800000001", "-"],
    ]
    with pytest.raises(ContractError, match="missing"):
        book.correct_customer("C1", why="?", name=None)
    with pytest.raises(ContractError, match="cannot be corrected"):
        book.correct_customer("C1", why="?", added_at=None)


# ---------------------------------------------------------------- corrections


def test_a_correction_keeps_what_was_there(book, clock):
    number = money(book, "invoice", 5_000, note="tea for May")
    clock.time += dt.timedelta(hours=2)
    other = book.as_user("Xiao Wang")
    book.allow("Xiao Wang", role="manager")
    other.correct(number, why="typing error", amount_cents=50_000, note=None)
    other.correct(number, why="again", amount_cents=50_000)  # changes nothing
    assert book.timeline("C1")["amount_cents"].tolist() == [50_000]
    history = book.history(entry_id=number)
    assert history["field"].tolist() == ["note", "amount_cents"]
    assert history["before"].tolist() == ["tea for May", "5000"]
    assert history["after"].fillna("-").tolist() == ["-", "50000"]
    assert set(history["corrected_by"]) == {"Xiao Wang"}
    assert set(history["why"]) == {"typing error"}
    assert set(history["corrected_at"]) == {pd.Timestamp(clock.time)}
    assert book.search("may").empty
    assert book.entries()["recorded_by"].tolist() == ["Lin Yue"]


def test_a_wrong_correction_changes_nothing(book):
    number = money(book, "invoice", 5_000)
    for change, what in [
        ({"amount_cents": -1}, "below 0"),
        ({"kind": "contact"}, "entry of its own"),
        ({"customer_id": "C9"}, "not in the diary"),
        ({"previous_id": number}, "follows this one"),
        ({"recorded_at": "2025-01-01"}, "cannot be corrected"),
        ({"amount": 5}, "cannot be corrected"),
    ]:
        with pytest.raises(ContractError, match=what):
            book.correct(number, why="test", **change)
    with pytest.raises(ValueError, match="why must say"):
        book.correct(number, why=" ", amount_cents=1)
    with pytest.raises(DataNotFound, match="no entry 99"):
        book.correct(99, why="test", amount_cents=1)
    assert book.history(entry_id=number).empty
    assert book.timeline("C1")["amount_cents"].tolist() == [5_000]


def test_an_entry_on_the_wrong_file_moves_with_its_history(book):
    number = money(book, "invoice", 5_000)
    book.correct(number, why="first", amount_cents=6_000)
    book.correct(number, why="meant the office", customer_id="C2")
    assert book.timeline("C1").empty
    assert book.timeline("C2")["entry_id"].tolist() == [number]
    assert len(book.history(customer_id="C2")) == 2
    assert book.history(customer_id="C1").empty


def test_withdrawn_entries_stay_in_the_diary(book):
    number = money(book, "invoice", 5_000, note="zweimal")
    book.withdraw(number, why="written twice")
    assert book.timeline("C1").empty
    assert book.search("zweimal").empty
    assert book.balances(as_of="2025-12-31").empty
    assert book.timeline("C1", withdrawn=True)["is_withdrawn"].tolist() == [True]
    assert book.history(entry_id=number)["field"].tolist() == ["is_withdrawn"]
    book.restore(number, why="it was not")
    assert len(book.search("zweimal")) == 1


# ---------------------------------------------------------------- search


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tea", {1, 3}),
        ("TEA", {1, 3}),
        ("ｔｅａ", {1, 3}),
        ("te", set()),
        ("te*", {1, 3, 5}),
        ("tea price", {1, 3}),
        ('"price tea"', set()),
        ('"tea price"', {1}),
        ("price-list", {1}),
        ("pu'er", {3}),
        ("Lü", {5}),
        ("lu", {5}),
        ("2025", {5}),
        ("红茶", {2, 4}),
        ("茶", {2, 4, 6}),
        ("青云茶行", {6}),
        ("云茶", {6}),
        ("青茶", set()),
        ("行", {6}),
        ("红茶 价格", {2}),
        ('"红茶 价格"', set()),
        ("红茶 tea", set()),
        ("tea*红", set()),
        ("a*b'c\"d OR (e)", set()),
        ("NOT tea", {3}),
    ],
)
def test_search(book, text, found):
    notes = [
        "Tea price list",
        "客户问红茶的价格",
        "Pu'er tea, not price",
        "样品红茶",
        "Lü Teng, room 2025",
        "青云茶行",
    ]
    for note in notes:
        contact(book, note=note)
    assert set(book.search(text)["entry_id"]) == found


def test_a_search_looks_through_all_fields_but_not_across_them(book):
    contact(book, purpose="spring price", note="list of wishes", staff="Lao Zhang")
    contact(book, next_step="send samovar", outcome="order_agreed")
    assert len(book.search("zhang spring wishes")) == 1
    assert book.search('"price list"').empty
    assert len(book.search("samovar order agreed")) == 1
    with pytest.raises(ValueError, match="no word to search for"):
        book.search("?! *")


def test_search_is_newest_first_and_limited(book):
    rows = pd.DataFrame(
        {
            "customer_id": ["C1", "C2"] * 30,
            "kind": "contact",
            "happened_at": pd.date_range("2025-01-01", periods=60)[::-1],
            "note": "tea",
        }
    )
    book.log_many(rows)
    found = book.search("tea")
    assert len(found) == 50
    assert found["happened_at"].is_monotonic_decreasing
    assert found["happened_at"].iloc[0] == pd.Timestamp("2025-03-01")
    assert len(book.search("tea", limit=None)) == 60
    assert len(book.search("tea", customer_id="C1")) == 30
    assert len(book.search("tea", since="2025-02-01", until="2025-02-10")) == 10
    assert book.search("tea", kinds=["invoice"]).empty


def test_common_words_are_found_as_by_looking_at_every_row(book):
    """More hits than are sorted, on SQLite: the newest, and the oldest of them."""
    n = 25_000
    day = pd.Timestamp("2020-01-01")
    rng = np.random.default_rng(8)
    rows = pd.DataFrame(
        {
            "customer_id": rng.choice(["C1", "C2", "C3"], n),
            "kind": "contact",
            "happened_at": day + pd.to_timedelta(rng.integers(0, 10**6, n), unit="min"),
        }
    )
    order = rows["happened_at"].rank(method="first")
    rows["note"] = np.where(
        order < 3_000, "old tea", np.where(order % 5, "茶叶 tea", "")
    )
    book.log_many(rows)
    every = book.entries().sort_values(["happened_at", "entry_id"], ascending=False)
    for text, word in [
        ("tea", "tea"),
        ("茶", "茶"),
        ("old", "old"),
        ('"old tea"', "old"),
    ]:
        expected = every[every["note"].fillna("").str.contains(word)]
        found = book.search(text, limit=40)
        assert found["entry_id"].tolist() == expected["entry_id"].head(40).tolist()
        assert len(book.search(text, limit=None)) == len(expected)


ALPHABET = "ab红茶 é*\"'-_%,:()^1ß"


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    notes=st.lists(st.text(ALPHABET, max_size=12), min_size=1, max_size=4),
    query=st.text(ALPHABET, max_size=6),
)
def test_search_finds_what_a_look_finds(book, notes, query):
    """Any query over any notes: the index and a plain look at the words agree."""
    mark = book.entries()["entry_id"].max() if len(book.entries()) else 0
    for note in notes:
        contact(book, note=f"x {note}")
    try:
        terms = _words.terms(query)
    except ValueError:
        return
    found = set(book.search(query, limit=None)["entry_id"]) - set(range(1, mark + 1))
    texts = {mark + 1 + i: _words.index_text([f"x {n}"]) for i, n in enumerate(notes)}
    looked = {
        number
        for number, text in texts.items()
        if all(one.pattern().strip("%") in text for one in terms)
    }
    assert found == looked


# ---------------------------------------------------------------- chains


def test_a_chain_in_one_table_and_beyond(book):
    table = pd.DataFrame(
        {
            "customer_id": "C1",
            "kind": "contact",
            "happened_at": pd.to_datetime(["2025-03-02", "2025-03-01", "2025-03-03"]),
            "source_id": ["b", "a", "c"],
            "previous_source_id": ["a", None, "b"],
        }
    )
    b, a, c = book.log_many(table)
    d = contact(book, happened_at="2025-03-04", previous_id=c)
    e = contact(book, happened_at="2025-03-05", previous_id=b)
    contact(book, happened_at="2025-03-06")
    for number in (a, b, c, d, e):
        chain = book.chain(number)
        assert chain["entry_id"].tolist() == [a, b, c, e, d]
        assert chain["step"].tolist() == [0, 1, 2, 2, 3]
    with pytest.raises(DataNotFound):
        book.chain(99)
    book.correct(a, why="another day", happened_at="2025-03-02")
    with pytest.raises(ContractError, match="follows this one"):
        book.correct(a, why="a circle", previous_id=b)


def test_a_chain_has_one_customer_and_one_direction(book):
    first = contact(book)
    row = {"kind": "contact", "previous_id": first}
    with pytest.raises(ContractError, match="another customer"):
        book.log(customer_id="C2", happened_at="2025-03-02", **row)
    with pytest.raises(ContractError, match="not earlier"):
        book.log(customer_id="C1", happened_at="2025-02-01", **row)
    table = pd.DataFrame(
        {
            "customer_id": "C1",
            "kind": ["contact", "fax", "contact", "contact"],
            "happened_at": "2025-03-01",
            "source_id": ["a", "b", "c", "d"],
            "previous_source_id": [None, "a", "b", "c"],
        }
    )
    # b is wrong, so c would hang in the air, and d with it: all three are kept.
    assert book.log_many(table, bad="set_aside").index.tolist() == [0]
    assert len(book.set_aside()) == 3
    circle = table.assign(kind="contact", previous_source_id=["d", "a", "b", "c"])
    with pytest.raises(ContractError, match="not earlier"):
        book.log_many(circle.assign(source_id=list("abcd")).replace("a", "A"))


# ---------------------------------------------------------------- follow-ups


def states(book, as_of, **options):
    found = book.follow_ups(as_of=as_of, **options)
    return dict(zip(found["entry_id"], found["state"], strict=True))


def test_overdue_today_planned(book):
    numbers = [
        contact(book, who, follow_up_on=day)
        for who, day in [
            ("C1", "2025-03-09"),
            ("C2", "2025-03-10"),
            ("C3", "2025-03-11"),
        ]
    ]
    found = book.follow_ups(as_of="2025-03-10")
    assert found["entry_id"].tolist() == numbers
    assert found["state"].tolist() == ["overdue", "today", "planned"]
    assert found["days_overdue"].tolist() == [1, 0, 0]
    assert found["name"].tolist() == CUSTOMERS["name"].tolist()
    assert states(book, "2025-03-01 09:59") == {}  # not known yet
    assert len(states(book, "2025-03-01 10:00")) == 3


def test_a_contact_resets_the_reminder(book):
    """Monica issue 1814: a logged contact did not; here it does."""
    reminder = contact(book, follow_up_on="2025-03-10")
    missed = contact(book, happened_at="2025-03-04", outcome="no_answer")
    contact(book, "C2", happened_at="2025-03-04")
    assert states(book, "2025-03-05") == {reminder: "planned"}
    call = contact(book, happened_at="2025-03-06", direction="in")
    assert states(book, "2025-03-05") == {reminder: "planned"}
    assert states(book, "2025-03-11") == {}
    done = book.follow_ups(as_of="2025-03-11", done=True)
    assert done["done_by"].tolist() == [call]
    book.withdraw(call, why="another customer")
    assert states(book, "2025-03-11") == {reminder: "overdue"}
    assert missed < call


def test_a_step_waits_for_the_entry_that_follows_it(book):
    step = contact(book, next_step="send the price list", follow_up_on="2025-03-10")
    contact(book, happened_at="2025-03-05", note="about something else")
    assert states(book, "2025-03-11") == {step: "overdue"}
    tried = contact(
        book, happened_at="2025-03-12", outcome="message_left", previous_id=step
    )
    assert states(book, "2025-03-12") == {step: "overdue"}
    book.correct(tried, why="we agreed a day", follow_up_on="2025-03-20")
    assert states(book, "2025-03-12") == {tried: "planned"}
    sent = contact(book, happened_at="2025-03-13", previous_id=tried)
    found = book.follow_ups(as_of="2025-03-13", done=True)
    assert found["done_by"].tolist() == [tried, sent]


def test_a_promise_waits_for_the_money(book):
    promise = contact(
        book,
        outcome="payment_promised",
        promised_cents=10_000,
        follow_up_on="2025-03-10",
    )
    money(book, "payment", 9_000, happened_at="2025-02-01")  # before it
    money(book, "payment", 4_000, happened_at="2025-03-05")
    contact(book, happened_at="2025-03-06")
    money(book, "payment", 10_000, happened_at="2025-03-07", customer_id="C2")
    assert states(book, "2025-03-12") == {promise: "overdue"}
    last = money(book, "payment", 6_000, happened_at="2025-03-13")
    assert states(book, "2025-03-12") == {promise: "overdue"}
    done = book.follow_ups(as_of="2025-03-13", done=True).iloc[0]
    assert (done["what"], done["done_by"]) == ("promise", last)


# ---------------------------------------------------------------- losing touch


def test_last_contact_counts_those_who_were_reached(book):
    contact(book, happened_at="2025-03-01 23:30", channel="phone", staff="Lao Zhang")
    contact(book, happened_at="2025-03-09", outcome="no_answer")
    money(book, "payment", 5, happened_at="2025-03-09")
    found = book.last_contact(as_of="2025-03-10 08:00").set_index("customer_id")
    assert found.loc["C1", "days_since_last_contact"] == 9
    assert found.loc["C1", ["channel", "staff"]].tolist() == ["phone", "Lao Zhang"]
    assert pd.isna(found.loc["C2", "last_contact_at"])


def test_losing_touch_by_cadence(book):
    book.set_cadence({"household": 30, "office": 10})
    assert book.cadence().values.tolist() == [["household", 30], ["office", 10]]
    contact(book, happened_at="2025-11-30 18:00", follow_up_on="2026-01-08")
    assert book.losing_touch(as_of="2025-12-30")["customer_id"].tolist() == ["C2"]
    found = book.losing_touch(as_of="2025-12-31")
    # C1: day 31 of 30. C2 was never reached, and joined on the 1st. C3: not watched.
    assert found["customer_id"].tolist() == ["C2", "C1"]
    assert found["days_late"].tolist() == [20, 1]
    assert found["due_on"].tolist() == [
        pd.Timestamp("2025-12-11"),
        pd.Timestamp("2025-12-30"),
    ]
    assert found["follow_up_on"].isna().tolist() == [True, False]
    contact(book, happened_at="2025-12-31")
    assert book.losing_touch(as_of="2025-12-31")["customer_id"].tolist() == ["C2"]
    # C3 counts from the day its base file was added.
    assert book.losing_touch(as_of="2026-01-07", cadence={"hotel": 7}).empty
    late = book.losing_touch(as_of="2026-01-08", cadence={"hotel": 7})
    assert late["days_late"].tolist() == [1]
    with pytest.raises(ValueError, match="whole number of days"):
        book.set_cadence({"hotel": 0})


# ---------------------------------------------------------------- accounts


def test_balances(book):
    money(book, "account", 90_000)
    money(book, "invoice", 80_000)
    money(book, "return", 5_000, "2025-03-02")
    money(book, "payment", 60_000, "2025-03-03")
    money(book, "payment", 70_000, "2025-03-03", customer_id="C2")
    contact(book, "C3", promised_cents=1)
    book.log(customer_id="C3", kind="sample", happened_at="2025-03-01", amount_cents=9)
    found = book.balances(as_of="2025-03-03")
    assert found.values.tolist() == [
        ["C1", "Gao Hong", 90_000, 80_000, 5_000, 60_000, 15_000],
        ["C2", "余世明", 0, 0, 0, 70_000, -70_000],
    ]
    assert book.balances(as_of="2025-03-02")["balance_cents"].tolist() == [75_000]
    lines = book.running_account("C1", as_of="2025-03-03")
    assert lines["change_cents"].tolist() == [0, 80_000, -5_000, -60_000]
    assert lines["balance_cents"].tolist() == [0, 80_000, 75_000, 15_000]


# ---------------------------------------------------------------- who may read


def test_reads_are_logged_before_they_are_answered(book, clock):
    book.timeline("C1")
    with pytest.raises(DataNotFound):
        book.base_file("C9")
    book.search("tea")
    log = book.access_log()
    assert log["action"].tolist() == ["timeline", "base file", "search", "access log"]
    assert log["customer_id"].fillna("-").tolist() == ["C1", "C9", "-", "-"]
    assert set(log["accessed_at"]) == {pd.Timestamp(clock.time)}
    assert log["is_allowed"].all()


def test_a_reader_reads_what_is_lent_until_the_day(book, clock):
    contact(book, note="tea")
    contact(book, "C2", note="tea")
    book.allow("Xiao Wang", role="reader")
    wang = book.as_user("Xiao Wang")
    for read in (wang.timeline, wang.base_file, wang.export_person):
        with pytest.raises(diary.AccessRefused, match="Xiao Wang may not do this"):
            read("C2")
    assert wang.search("tea").empty
    book.lend("C2", to="Xiao Wang", until="2026-01-02", purpose="tender of May")
    assert len(wang.timeline("C2")) == 1
    assert wang.search("tea")["customer_id"].tolist() == ["C2"]
    assert wang.entries()["customer_id"].tolist() == ["C2"]
    assert wang.customers()["customer_id"].tolist() == ["C2"]
    assert wang.last_contact(as_of="2025-12-31")["customer_id"].tolist() == ["C2"]
    assert contact(wang, "C1") > 0  # everyone may log
    for write in (
        lambda: wang.correct(1, why="x", note="x"),
        lambda: wang.withdraw(1, why="x"),
        lambda: wang.erase_person("C2", why="x"),
        lambda: wang.allow("Xiao Wang", role="clerk"),
        lambda: wang.lend("C1", to="Xiao Wang", until="2027-01-01", purpose="x"),
        wang.access_log,
    ):
        with pytest.raises(PermissionError):
            write()
    clock.time = dt.datetime(2026, 1, 2, 23, 59, tzinfo=dt.UTC)
    assert len(wang.timeline("C2")) == 1
    clock.time = dt.datetime(2026, 1, 3, tzinfo=dt.UTC)
    with pytest.raises(diary.AccessRefused, match="not on loan to this reader today"):
        wang.timeline("C2")
    log = book.access_log()
    mine = log[log["user"] == "Xiao Wang"]
    assert (~mine["is_allowed"]).sum() == 10
    assert "on loan until 2026-01-02: tender of May" in mine["why"].tolist()
    assert book.loans()["purpose"].tolist() == ["tender of May"]


def test_strangers_may_nothing(book):
    nobody = book.as_user("nobody")
    for act in (
        lambda: nobody.timeline("C1"),
        lambda: nobody.search("tea"),
        lambda: contact(nobody),
        lambda: nobody.add_customers(CUSTOMERS),
        lambda: nobody.follow_ups(as_of="2025-12-31"),
    ):
        with pytest.raises(diary.AccessRefused, match="does not know this name"):
            act()
    refused = book.access_log()
    assert (refused["user"] == "nobody").sum() == 5
    assert book.entries().empty


def test_the_last_clerk_stays(book, target, clock):
    assert book.readers().values.tolist() == [["Lin Yue", "clerk"]]
    with pytest.raises(CrmError, match="only clerk"):
        book.allow("Lin Yue", role="manager")
    book.allow("Lao Zhang", role="clerk")
    book.allow("Lin Yue", role=None)
    with pytest.raises(PermissionError):
        book.customers()
    with pytest.raises(ValueError, match="role must be one of"):
        book.as_user("Lao Zhang").allow("x", role="king")
    with diary.open(target, user="Lin Yue", now=clock) as again:  # is not let in anew
        assert again.readers()["user"].tolist() == ["Lao Zhang"]


# ---------------------------------------------------------------- one person


@pytest.fixture
def person(book):
    """C1 with something in every corner of the diary."""
    first = contact(book, note="secretword asks for 红茶", follow_up_on="2025-03-09")
    invoice = money(
        book,
        "invoice",
        500,
        "2025-03-01",
        item="black tea",
        note="secretword pays",
        previous_id=first,
    )
    contact(book, happened_at="2025-03-02", previous_id=invoice, staff="Lao Zhang")
    contact(book, "C2", note="met Gao Hong at the fair")
    contact(book, "C2", note="hong gao")
    book.correct(invoice, why="secretword said so", note="secretword paid")
    bad = pd.DataFrame([FULL | {"note": "secretword", "kind": "fax"}])
    book.log_many(bad, bad="set_aside")
    book.allow("Xiao Wang", role="reader")
    book.lend("C1", to="Xiao Wang", until="2026-02-01", purpose="secretword")
    return first, invoice


def test_export_one_person(book, person):
    found = json.loads(json.dumps(book.export_person("C1"), allow_nan=False))
    assert found["base_file"]["phone"] == "+8613800000001"
    assert [entry["customer_id"] for entry in found["entries"]] == ["C1"] * 3
    assert "words" not in found["entries"][0]
    assert found["corrections"][0]["before"] == "secretword pays"
    assert "secretword" in found["set_aside"][0]["row_json"]
    assert found["loans"][0]["user"] == "Xiao Wang"
    assert [line["action"] for line in found["access"]] == [
        "lend to Xiao Wang",
        "export person",
    ]
    tables = diary.frames(found)
    assert set(tables) == set(found)
    assert len(tables["entries"]) == 3
    with pytest.raises(DataNotFound):
        book.export_person("C9")


def test_erase_one_person(book, person, target, dialect):
    balance = book.balances(as_of="2025-12-31")["balance_cents"].sum()
    erased = book.erase_person("C1", why="asked on 2025-12-30")
    assert "C1" not in book.access_log()["customer_id"].tolist()
    assert (erased.n_erased, erased.n_kept) == (2, 1)
    assert erased.mentions == (4,)
    assert "pseudonym" in str(erased)
    assert any("1 entries of other" in sentence for sentence in erased.left_to_do)
    with pytest.raises(DataNotFound):
        book.timeline("C1")
    kept = book.timeline(erased.pseudonym).iloc[0]
    assert (kept["amount_cents"], kept["item"]) == (500, "black tea")
    assert pd.isna(kept["note"])
    assert pd.isna(kept["previous_id"])
    assert book.base_file(erased.pseudonym)["name"] == "(erased)"
    assert book.search("secretword").empty
    assert book.search("黑茶").empty
    assert len(book.search("black")) == 1
    assert book.balances(as_of="2025-12-31")["balance_cents"].sum() == balance
    assert len(book.timeline("C2")) == 2
    assert book.set_aside().empty
    assert book.follow_ups(as_of="2025-12-31").empty
    dump = json.dumps(book.export_person(erased.pseudonym), ensure_ascii=False)
    assert "secretword" not in dump
    assert "Gao" not in dump
    if dialect == "sqlite":
        for is_open in (True, False):
            for path in Path(target).parent.iterdir():
                for word in ("secretword", "+8613800000001"):
                    assert word.encode() not in path.read_bytes(), path.name
            if is_open:
                book.close()
        with sqlite3.connect(target) as raw:
            raw.execute(
                "INSERT INTO diary_search(diary_search) VALUES('integrity-check')"
            )
        raw.close()


# ---------------------------------------------------------------- opening


def test_opening_again_finds_everything(book, target, clock):
    contact(book)
    with diary.open(target, user="Lin Yue", now=clock) as again:
        assert len(again.timeline("C1")) == 1
        assert again.dialect == book.dialect
        assert repr(again).endswith("as 'Lin Yue'>")


def test_the_clock_is_ours(target):
    zone = dt.timezone(dt.timedelta(hours=8))
    clock = lambda: dt.datetime(2025, 3, 2, 2, 30, tzinfo=zone)  # noqa: E731
    with diary.open(target, now=clock) as book:
        book.add_customers(CUSTOMERS)
        contact(book, happened_at="2025-03-02 02:30")  # the same moment in Chengdu
        recorded = book.timeline("C1")["recorded_at"]
    assert recorded.tolist() == [pd.Timestamp("2025-03-01 18:30", tz="UTC")]


def test_what_is_no_diary_is_refused_in_words(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("these are no tables, but a text of some length\n" * 50)
    with pytest.raises(CrmError, match=r"cannot be used.*not a database"):
        diary.open(text)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as raw:
        raw.execute("CREATE TABLE shop (name TEXT)")
    raw.close()
    with pytest.raises(CrmError, match="something else, with the tables shop"):
        diary.open(other)
    with pytest.raises(DataNotFound, match="no folder"):
        diary.open(tmp_path / "none" / "diary.db")
    with pytest.raises(CrmError, match="not on mysql"):
        diary.open("mysql://user@host/base")
    with pytest.raises(CrmError, match="cannot be read"):
        diary.open("postgresql://user@host:port/base")
    with pytest.raises(CrmError, match="cannot be used") as caught:
        diary.open("postgresql://user:secret@127.0.0.1:1/base")
    assert "secret" not in str(caught.value)
    with pytest.raises(ValueError, match="user must be a name"):
        diary.open(":memory:", user=" ")


# ---------------------------------------------------------------- analyses


def entries(**columns):
    n = len(next(iter(columns.values())))
    base = {
        "customer_id": ["C1"] * n,
        "happened_at": pd.date_range("2025-01-15", periods=n, freq="MS"),
    }
    return pd.DataFrame(base | columns)


def test_basic_adds_up(book):
    contact(book, staff="Lao Zhang")
    contact(book, "C2")
    money(book, "invoice", 700, staff="Lao Zhang")
    found = diary.basic(book.entries(), by=["kind", "staff"])
    assert found["n_entries"].tolist() == [1, 1, 1]
    assert found["amount_cents"].tolist() == [0, 0, 700]
    assert found["staff"].isna().sum() == 1
    assert diary.basic(book.entries().head(0)).empty
    with pytest.raises(ContractError, match="column shop"):
        diary.basic(book.entries(), by="shop")


def test_trend_has_no_gaps():
    table = entries(
        kind=["contact", "sample", "contact"],
        happened_at=pd.to_datetime(
            ["2025-01-31 00:00", "2025-02-03 00:00", "2025-04-01 23:59"]
        ),
        amount_cents=pd.array([None, 5, 7], dtype="Int64"),
    )
    months = diary.trend(table)
    assert months["n_entries"].tolist() == [1, 1, 0, 1]
    assert months["amount_cents"].tolist() == [0, 5, 0, 7]
    assert months["period_on"].iloc[0] == pd.Timestamp("2025-01-01")
    weeks = diary.trend(table, freq="week")
    assert (weeks["period_on"].dt.day_name() == "Monday").all()
    assert weeks["n_entries"].sum() == 3
    quarters = diary.trend(
        table, freq="quarter", since="2024-12-31", until="2025-03-01"
    )
    assert quarters["n_entries"].tolist() == [0, 2]
    each = diary.trend(table, by="kind")
    assert each.groupby("kind")["n_entries"].apply(list).to_dict() == {
        "contact": [1, 0, 0, 1],
        "sample": [0, 1, 0, 0],
    }
    assert diary.trend(table.head(0)).empty
    with pytest.raises(ValueError, match="freq must be one of"):
        diary.trend(table, freq="day")


def test_slope_against_the_closed_form():
    y = np.array([3.0, 1, 4, 1, 5, 9, 2, 6])
    x = np.arange(8)
    found = diary.slope(pd.DataFrame({"n_entries": y}))
    b = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    rest = y - y.mean() - b * (x - x.mean())
    error = np.sqrt((rest**2).sum() / 6 / ((x - x.mean()) ** 2).sum())
    assert found.per_period == pytest.approx(b)
    assert found.high - found.per_period == pytest.approx(2.446912 * error, rel=1e-6)
    assert found.n_periods == 8
    with pytest.raises(ContractError, match="at least three periods"):
        diary.slope(pd.DataFrame({"n_entries": [1, 2]}))


def test_associate_against_scipy_and_a_published_table():
    """Hair and eye colour (Snee 1974): chi-squared 138.29, nine degrees of freedom."""
    from scipy.stats import chi2_contingency

    counts = np.array(
        [[68, 15, 5, 20], [119, 54, 29, 84], [26, 14, 14, 17], [7, 10, 16, 94]]
    )
    hair, eye = ["black", "brown", "red", "fair"], ["brown", "hazel", "green", "blue"]
    rows = [
        (hair[i], eye[j])
        for i in range(4)
        for j in range(4)
        for _ in range(int(counts[i, j]))
    ]
    table = pd.DataFrame(rows, columns=["hair", "eye"])
    found = diary.associate(table, rows="hair", columns="eye")
    assert found.chi2 == pytest.approx(138.29, abs=0.005)
    assert found.dof == 9
    assert found.cramers_v == pytest.approx(0.279, abs=0.0005)
    theirs = chi2_contingency(counts)
    assert found.p_value == pytest.approx(theirs.pvalue)
    cells = found.cells.set_index(["hair", "eye"])
    assert cells["n"].sum() == 592
    assert cells.loc[("fair", "blue"), "n_expected"] == pytest.approx(46.12, abs=0.01)
    assert cells.loc[("fair", "blue"), "residual"] > 9
    with pytest.raises(ContractError, match="at least two values"):
        diary.associate(table.assign(eye="blue"), rows="hair", columns="eye")
    with pytest.raises(ValueError, match="two columns"):
        diary.associate(table, rows="hair", columns="hair")
