"""Finding the same customer, merging, and the register: laws, cases, planted truth."""

from __future__ import annotations

import pickle
import sys
import time

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course.generator import contacts
from crmlib import collection, datasets
from crmlib.collection import (
    POINTS,
    FieldRegister,
    UseRefused,
    _match,
    completeness,
    consistency,
    exact_join,
    freshness,
    match,
    merge,
    name_key,
    normalise_address,
    normalise_email,
    normalise_name,
    normalise_phone,
    pair_scores,
    stack,
)
from crmlib.errors import ContractError, CrmError

COLUMNS = {
    "marketing": {
        "full_name": "name",
        "mobile": "phone",
        "email": "email",
        "city": "city",
        "updated_on": "updated_on",
    },
    "sales": {
        "name": "name",
        "company": "company",
        "phone": "phone",
        "address": "address",
        "updated_on": "updated_on",
    },
    "service": {
        "caller": "name",
        "callback_number": "phone",
        "address": "address",
        "opened_on": "updated_on",
    },
    "fair": {
        "card_name": "name",
        "card_company": "company",
        "card_phone": "phone",
        "card_email": "email",
        "card_address": "address",
        "met_on": "updated_on",
    },
}
# Nobody tuned on this one. The points and the threshold were set before it was tried.
SECOND_SEED = 20_260_101


def _stacked(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    given = {}
    for source in COLUMNS:
        table = tables[f"exports/{source}"].copy()
        for column in table.columns:
            if column.endswith("_on"):
                table[column] = pd.to_datetime(table[column])
        given[source] = table
    return stack(given, columns=COLUMNS)


@pytest.fixture(scope="module")
def exports() -> pd.DataFrame:
    return _stacked({f"exports/{s}": datasets.load(f"exports/{s}") for s in COLUMNS})


@pytest.fixture(scope="module")
def found(exports) -> collection.Match:
    return match(exports)


def numbered(rows: list) -> pd.Series:
    return pd.Series([f"R{i}" for i in range(len(rows))], dtype=object)


def people(**columns: list) -> pd.DataFrame:
    """A table of records A, B, C ..."""
    n = len(next(iter(columns.values())))
    ids = [chr(ord("A") + i) for i in range(n)]
    return pd.DataFrame({"row_id": ids, **columns})


# ------------------------------------------------------------------ normal forms


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("余世明", "余世明"),
        (" 余 世明 ", "余世明"),
        ("余世明先生", "余世明"),
        ("余世明总经理", "余世明"),
        ("余世明 (Yu Shiming)", "余世明"),
        ("YU  Shiming", "yu shiming"),
        ("\uff39\uff35\u3000Shiming", "yu shiming"),  # full width
        ("Yú Shìmíng", "yu shiming"),
        ("Lü Bu", "lyu bu"),
        ("Mr. Yu Shi-ming", "yu shiming"),
        ("Yu, Shiming", "yu shiming"),
        ("Xi'an Li", "xian li"),
    ],
)
def test_names(written, normal):
    assert normalise_name(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        None,
        float("nan"),
        pd.NA,
        pd.NaT,
        "",
        "  ",
        "-",
        "Mr",
        "先生",
        "n/a",
        "不详",
        "12",
        "Y",
    ],
)
def test_what_is_no_name(written):
    assert normalise_name(written) is None
    assert name_key(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "余世明",
        "于世明",
        "俞 诗鸣",
        "Yu Shiming",
        "Shiming Yu",
        "YU, Shi-Ming",
        "Yu Shi Ming",
    ],
)
def test_one_sound_has_one_key(written):
    assert name_key(written) == "shiming yu"


def test_keys_of_two_character_surnames_and_u_umlaut():
    assert name_key("欧阳静") == name_key("Ouyang Jing") == "jing ouyang"
    assert name_key("吕伟") == name_key("Lü Wei") == name_key("LV Wei") == "lyu wei"


def test_given_names_in_two_words():
    assert name_key("Zhi Qiang Wang") == name_key("Wang Zhi Qiang") == "wang zhiqiang"
    assert name_key("Zhi Qiang Xiao Ming") == "ming qiang xiao zhi"  # no surname


def test_every_name_of_the_data_reads_as_its_latin_form():
    people = datasets.truth("exports/people")
    assert people["name_zh"].map(name_key).equals(people["name_latin"].map(name_key))


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("13812345678", "+8613812345678"),
        ("138 1234 5678", "+8613812345678"),
        ("+86 138-1234-5678", "+8613812345678"),
        ("0086-138-1234-5678", "+8613812345678"),
        ("8613812345678", "+8613812345678"),
        ("(+86)13812345678", "+8613812345678"),
        ("\uff11\uff13812345678", "+8613812345678"),  # full width
        ("013812345678", "+8613812345678"),
        (13812345678, "+8613812345678"),
        (13812345678.0, "+8613812345678"),
        ("028-87654321", "+862887654321"),
        ("02887654321", "+862887654321"),
        ("+86 28 8765 4321", "+862887654321"),
        ("+86 (0)28 8765 4321", "+862887654321"),
        ("028-87654321转305", "+862887654321"),
        ("028 87654321 ext. 305", "+862887654321"),
        ("0816-2345678", "+868162345678"),
        ("010-12345679", "+861012345679"),
        ("400-123-4567", "+864001234567"),
        ("+1 415 555 0132", "+14155550132"),
    ],
)
def test_telephones(written, normal):
    assert normalise_phone(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        None,
        float("nan"),
        "",
        "none",
        "12345",
        "87654321",
        "13800000000",
        "12812345678",
        "138123456789",
        "+86 1381234567",
        "+123",
    ],
)
def test_what_is_no_telephone(written):
    assert normalise_phone(written) is None


def test_local_numbers_need_an_area_code():
    assert normalise_phone("8765 4321", area_code="028") == "+862887654321"
    assert normalise_phone("13812345678", area_code="028") == "+8613812345678"
    with pytest.raises(ValueError, match="such as '028'"):
        normalise_phone("87654321", area_code="28")


WHOLE = (
    "chunxi road, no 12, building 3, unit 2, room 502, jinjiang district, chengdu city"
)


@pytest.mark.parametrize(
    "written",
    [
        "成都市锦江区春熙路12号3栋2单元502室",
        "四川省成都市锦江区春熙路12号3-2-502",
        "Rm 502, Unit 2, Bldg 3, No. 12 Chunxi Rd., Jinjiang Dist., Chengdu",
        "3-2-502, 12 Chunxi Lu, Jinjiang District, Chengdu City, Sichuan",
        "  春熙路 12号 3栋2单元502室, 锦江区, 成都市 ",
    ],
)
def test_one_address_has_one_form(written):
    assert normalise_address(written) == WHOLE


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        (
            "乐山市市中区建设路32号",
            "jianshe road, no 32, shizhong district, leshan city",
        ),
        ("天府大道100号", "tianfu avenue, no 100"),
        ("Ya'an", "yaan city"),
        ("The White House", "the white house"),
        ("5 Fangcao St, 7", "fangcao street, no 5, 7"),
    ],
)
def test_addresses(written, normal):
    assert normalise_address(written) == normal


@pytest.mark.parametrize(
    "written", [None, float("nan"), "", " - ", "n/a", "不详", "unknown"]
)
def test_what_is_no_address(written):
    assert normalise_address(written) is None


def test_every_home_of_the_data_reads_the_same_in_both_scripts():
    """The generator's Chinese and Latin ways of writing, of the same home."""
    for street, chinese, kind in contacts.STREETS:
        for city, (_, city_zh, districts) in contacts.CITIES.items():
            for district, district_zh in districts:
                end, ways = contacts.KINDS_OF_STREET[kind]
                front = f"四川省{city_zh}市{district_zh}区{chinese}{end}"
                left = normalise_address(f"{front}7号3栋2单元502室")
                for way in ways:
                    right = f"3-2-502, 7 {street} {way}, {district} Dist., {city}"
                    assert normalise_address(right) == left


def test_emails():
    assert normalise_email("Yu@Mail.Example ") == "yu@mail.example"
    for wrong in (None, "", "yu", "yu@mail", "a b", "@mail.example"):
        assert normalise_email(wrong) is None


PIECES = st.sampled_from(
    [
        *"路街市区号栋室省余世明乐春熙12 3,-.'’()#/",
        "Rd",
        "St.",
        "unit",
        "no",
        "city",
        "lu",
        "district",
        "chengdu",
        "成都市",
        "Bldg 3",
        "rm",
        "ad",
        "r",
        "d",
        "mr ",
        "先生",
        "ü",
        "3-2-502",
        "0086",
        "+86",
        "138",
        "转",
        "sichuan",
        "china",
        "不详",
        "unknown",
    ]
)
WRITTEN = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map("".join))
SPACED = st.one_of(WRITTEN, st.lists(PIECES, max_size=12).map(" ".join))


@pytest.mark.parametrize(
    "normalise", [normalise_name, normalise_phone, normalise_email, normalise_address]
)
@settings(max_examples=600, deadline=None)
@given(text=SPACED)
@example(text="r d road")
@example(text="ĳ̈ u\u0308")
@example(text=":不详")
@example(text="china, n, a")
def test_normalising_twice_changes_nothing(normalise, text):
    once = normalise(text)
    assert once is None or (once and normalise(once) == once)


@settings(max_examples=300, deadline=None)
@given(text=SPACED)
def test_a_key_is_the_key_of_the_normal_name(text):
    assert name_key(text) == name_key(normalise_name(text))


@settings(max_examples=300, deadline=None)
@given(number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_all_ways_of_writing_a_mobile_are_one(number):
    ways = [number, f"+86{number}", f"0086 {number[:3]}-{number[3:7]}-{number[7:]}"]
    assert len({normalise_phone(way) for way in ways}) == 1


# ------------------------------------------------------------------ edit distance


@pytest.mark.parametrize(
    ("left", "right", "edits"),
    [
        ("", "", 0),
        ("", "ab", 2),
        ("yu", "yu", 0),
        ("shiming", "shimign", 1),
        ("ca", "abc", 3),
        ("kitten", "sitting", 3),
        ("guiying", "guiiying", 1),
    ],
)
def test_edits_of_the_literature(left, right, edits):
    assert _match._edits(left, right) == edits


@settings(max_examples=500, deadline=None)
@given(left=st.text("abcd", max_size=9), right=st.text("abcd", max_size=9))
def test_edits_are_those_of_rapidfuzz(left, right):
    osa = pytest.importorskip("rapidfuzz.distance").OSA
    assert _match._edits(left, right) == osa.distance(left, right)


# ------------------------------------------------------------------ stack


def test_stack_puts_sources_under_common_names(exports):
    assert list(exports.columns) == [
        *("row_id", "source", "name", "phone", "email"),
        *("company", "address", "city", "updated_on"),
    ]
    assert len(exports) == len(datasets.truth("exports/rows"))
    sales = datasets.load("exports/sales")
    own = exports[exports["source"] == "sales"]
    assert own["phone"].tolist() == pytest.approx(sales["phone"].tolist(), nan_ok=True)
    assert own["email"].isna().all()


def test_stack_of_nothing_has_the_columns():
    assert len(stack({}, columns={})) == 0
    empty = pd.DataFrame({"row_id": [], "name": []}, dtype=object)
    stacked = stack({"sales": empty}, columns={"sales": {"name": "name"}})
    assert stacked["updated_on"].dtype.kind == "M"
    assert len(match(stacked).clusters) == 0


def test_stack_says_what_is_wrong():
    table = pd.DataFrame({"row_id": ["A"], "name": ["余世明"], "day": ["2025-01-01"]})
    with pytest.raises(ContractError, match="2 rows share a row_id") as caught:
        stack({"a": table, "b": table}, columns={"a": {}, "b": {}})
    assert len(caught.value.rows) == 2
    with pytest.raises(ContractError, match="dates are needed"):
        stack({"a": table}, columns={"a": {"day": "updated_on"}})
    with pytest.raises(ContractError, match="column is missing"):
        stack({"a": table}, columns={"a": {"nam": "name"}})
    with pytest.raises(ValueError, match="no common name"):
        stack({"a": table}, columns={"a": {"name": "nome"}})
    with pytest.raises(ValueError, match="nothing about the source"):
        stack({"a": table}, columns={})


# ------------------------------------------------------------------ match: the bar


def _steps(records: pd.DataFrame, truth: pd.DataFrame) -> list[collection.PairScores]:
    """Join as written, in normal form, and by comparison."""
    normal = records.assign(
        name=records["name"].map(name_key), phone=records["phone"].map(normalise_phone)
    )
    joined = [exact_join(records), exact_join(normal), match(records).clusters]
    return [pair_scores(clusters, truth) for clusters in joined]


def test_match_on_a_second_seed_is_above_the_bar():
    tables = contacts.make(SECOND_SEED)
    written, normal, found = _steps(_stacked(tables), tables["truth/exports/rows"])
    assert written.f1 < 0.7
    assert found.f1 > 0.95
    assert found.precision > 0.98
    # What the card says was measured.
    assert [round(s.f1, 2) for s in (written, normal, found)] == [0.43, 0.90, 0.98]


def test_the_lesson_in_steps(exports):
    """Each step finds more, on the committed data; as the card says."""
    written, normal, found = _steps(exports, datasets.truth("exports/rows"))
    assert written.f1 < 0.7 < normal.f1 < 0.95 < found.f1
    assert [round(s.f1, 2) for s in (written, normal, found)] == [0.43, 0.90, 0.97]


def test_engines_give_the_same(exports):
    pytest.importorskip("rapidfuzz")
    plain = match(exports, engine="python")
    library = match(exports, engine="rapidfuzz")
    pd.testing.assert_frame_equal(plain.pairs, library.pairs)
    pd.testing.assert_frame_equal(plain.clusters, library.clusters)


def test_without_the_library_plain_python_does_it(monkeypatch, exports):
    for name in ("rapidfuzz", "rapidfuzz.distance"):
        monkeypatch.setitem(sys.modules, name, None)
    some = exports.head(300)
    pd.testing.assert_frame_equal(match(some).pairs, match(some, engine="python").pairs)
    with pytest.raises(ValueError, match="not installed"):
        match(some, engine="rapidfuzz")


def test_match_is_fast_enough(exports):
    began = time.perf_counter()
    match(exports, engine="python")
    assert time.perf_counter() - began < 5


def test_the_order_of_the_records_changes_nothing(exports, found):
    mixed = exports.sample(frac=1, random_state=3)
    again = match(mixed)
    pd.testing.assert_frame_equal(again.pairs, found.pairs)
    pd.testing.assert_series_equal(
        again.clusters.set_index("row_id")["customer_key"].sort_index(),
        found.clusters.set_index("row_id")["customer_key"].sort_index(),
    )
    assert again.clusters.index.equals(mixed.index)


# ------------------------------------------------------------------ match: laws

RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(
                [
                    None,
                    "余世明",
                    "于世明",
                    "Yu Shiming",
                    "Shiming Yu",
                    "Yu Shimign",
                    "李娜",
                    "Li Na",
                    "余",
                    "李世明",
                ]
            ),
            "phone": st.sampled_from([None, "13812345678", "13812345687", "87654321"]),
            "email": st.sampled_from([None, "a@b.example", "c@b.example"]),
            "company": st.sampled_from([None, "玉台餐厅", "Jade Terrace", "Osprey"]),
            "address": st.sampled_from(
                [None, "春熙路12号3-2-502", "12 Chunxi Rd", "春熙路12号3-2-503"]
            ),
            "city": st.sampled_from([None, "Chengdu", "Leshan"]),
        }
    ),
    max_size=7,
)


@settings(max_examples=150, deadline=None)
@given(rows=RECORDS, order=st.randoms(use_true_random=False))
def test_match_is_blind_to_order_and_engine(rows, order):
    table = pd.DataFrame(rows, columns=list(POINTS_COLUMNS), dtype=object)
    table.insert(0, "row_id", numbered(rows))
    first = match(table, engine="python")
    mixed = table.sample(frac=1, random_state=order.randrange(1000))
    second = match(mixed)
    pd.testing.assert_frame_equal(first.pairs, second.pairs)
    left = first.clusters.set_index("row_id")["customer_key"]
    right = second.clusters.set_index("row_id")["customer_key"]
    assert left.to_dict() == right.to_dict()
    # A match puts both under one key; what is refused has two.
    for pair in first.pairs.itertuples():
        if pair.decision == "match":
            assert left[pair.left] == left[pair.right]
        if pair.decision == "refused":
            assert left[pair.left] != left[pair.right]
        assert pair.left < pair.right


POINTS_COLUMNS = ("name", "phone", "email", "company", "address", "city")


@settings(max_examples=100, deadline=None)
@given(rows=RECORDS)
def test_comparing_is_symmetric(rows):
    table = pd.DataFrame(rows, columns=list(POINTS_COLUMNS), dtype=object)
    table.insert(0, "row_id", numbered(rows))
    ready = _match._prepared(table, "028")
    compare = _match._Comparison(POINTS, _match._edits)
    compare.find_shared(ready)
    for a in ready:
        for b in ready:
            assert compare.reasons(a, b) == compare.reasons(b, a)


@pytest.mark.parametrize("rows", [0, 1])
def test_match_of_no_and_one_record(rows):
    one = people(name=["余世明"], phone=["13812345678"]).head(rows)
    result = match(one)
    assert result.clusters["customer_key"].tolist() == ["K00001"][:rows]
    assert list(result.pairs.columns) == [
        "left",
        "right",
        "score",
        "decision",
        "reasons",
    ]
    assert len(result.pairs) == len(result.skipped) == 0
    assert result.pairs["score"].dtype == "int64"
    assert exact_join(one)["customer_key"].tolist() == ["K00001"][:rows]


def test_three_spellings_are_one_mr_yu():
    rows = people(
        name=["余世明", "Mr YU Shi-ming", "于世明"],
        phone=["13812345678", "0086-138-1234-5678", "138 1234 5678"],
    )
    assert match(rows).clusters["customer_key"].nunique() == 1


def test_homophones_alone_prove_nothing():
    rows = people(name=["余世明", "于世明"], phone=["13812345678", "13999991234"])
    assert match(rows).clusters["customer_key"].nunique() == 2


def test_a_couple_remains_two_customers():
    rows = people(
        name=["余世明", "李娜"],
        phone=["13812345678", "13812345678"],
        address=["春熙路12号3-2-502", "春熙路12号3-2-502"],
    )
    result = match(rows)
    assert result.clusters["customer_key"].nunique() == 2
    assert "used by several" in result.pairs.loc[0, "reasons"]


def test_a_nameless_row_does_not_join_a_couple():
    """It would match both; it may go to one of them, and never join the two."""
    home = "春熙路12号3-2-502"
    rows = people(
        name=["余世明", "李娜", None],
        phone=["13812345678"] * 3,
        address=[home, home, home],
    )
    result = match(rows)
    keys = result.clusters["customer_key"]
    assert keys[0] != keys[1]
    assert keys[2] in (keys[0], keys[1])
    assert "refused" in result.pairs["decision"].tolist()


def test_a_switchboard_joins_nobody():
    rows = people(name=["余世明", "李娜", "王强"], phone=["028-87654321"] * 3)
    assert match(rows).clusters["customer_key"].nunique() == 3


def test_who_moved_is_found_by_telephone_and_who_has_a_new_number_by_home():
    rows = people(
        name=["余世明", "余世明", "余世明"],
        phone=["13812345678", "13812345678", "13999991234"],
        address=["春熙路12号3-2-502", "红星路7号1-1-101", "红星路7号1-1-101"],
    )
    assert match(rows).clusters["customer_key"].nunique() == 1


def test_scores_are_the_sum_of_their_reasons(found):
    for pair in found.pairs.head(200).itertuples():
        parts = [int(part.rsplit(" ", 1)[1]) for part in pair.reasons.split("; ")]
        assert sum(parts) == pair.score
    assert found.pairs["score"].is_monotonic_decreasing


def test_threshold_and_points_are_the_callers():
    rows = people(name=["余世明", "余世明"], phone=["13812345678", "13812345678"])
    assert match(rows, threshold=111).clusters["customer_key"].nunique() == 2
    none = dict.fromkeys(POINTS, 0)
    assert match(rows, points=none).pairs["score"].tolist() == [0]
    with pytest.raises(ValueError, match="points lacks 'same name'"):
        match(rows, points={})
    with pytest.raises(ValueError, match="engine must be"):
        match(rows, engine="fuzzy")


def test_large_blocks_are_skipped_and_listed():
    rows = people(name=[None] * 5, phone=["13812345678"] * 5)
    result = match(rows, max_block=4)
    assert result.skipped.values.tolist() == [["telephone", "+8613812345678", 5]]
    assert result.clusters["customer_key"].nunique() == 5


def test_match_says_what_is_wrong_and_changes_nothing():
    rows = people(name=["余世明", "李娜"])
    rows["row_id"] = ["A", "A"]
    with pytest.raises(ContractError) as caught:
        match(rows)
    assert caught.value.column == "row_id"
    assert len(caught.value.rows) == 2
    with pytest.raises(ContractError, match="text is needed here"):
        match(people(phone=[13812345678, 13812345678]))
    good = people(name=["余世明", "李娜"])
    before = good.copy()
    match(good)
    pd.testing.assert_frame_equal(good, before)


# ------------------------------------------------------------------ scores


def test_scores_against_pairs_counted_one_by_one():
    rows = list("ABCDEF")
    found = pd.DataFrame({"row_id": rows, "customer_key": list("xxxyyz")})
    truth = pd.DataFrame({"row_id": rows, "person_id": list("ppqqqq")})
    scores = pair_scores(found, truth)

    def pairs(keys: str) -> set[tuple[int, int]]:
        return {(i, j) for j in range(6) for i in range(j) if keys[i] == keys[j]}

    f, t = pairs("xxxyyz"), pairs("ppqqqq")
    assert (scores.n_found, scores.n_true, scores.n_both) == (
        len(f),
        len(t),
        len(f & t),
    )
    assert scores.precision == len(f & t) / len(f)
    assert scores.recall == len(f & t) / len(t)
    harmonic = 2 / (1 / scores.precision + 1 / scores.recall)
    assert scores.f1 == pytest.approx(harmonic)


@given(keys=st.lists(st.sampled_from("abc"), max_size=12))
def test_truth_against_itself_is_perfect(keys):
    truth = pd.DataFrame({"row_id": [f"R{i}" for i in range(len(keys))]}, dtype=object)
    truth["person_id"] = pd.Series(keys, dtype=object)
    scores = pair_scores(truth, truth)
    assert (scores.precision, scores.recall, scores.f1) == (1, 1, 1)


def test_scores_need_the_same_rows():
    truth = pd.DataFrame({"row_id": ["A", "B"], "person_id": ["p", "p"]})
    with pytest.raises(ContractError, match="not in the table found"):
        pair_scores(truth.head(1), truth)
    with pytest.raises(ContractError, match="not in the table truth"):
        pair_scores(truth, truth.head(1))


# ------------------------------------------------------------------ merge


def dated(**columns: list) -> pd.DataFrame:
    table = people(**columns)
    table["updated_on"] = pd.to_datetime(table["updated_on"])
    return table


def one_key(records: pd.DataFrame) -> pd.DataFrame:
    return records[["row_id"]].assign(customer_key="K00001")


YU = {
    "source": ["sales", "fair", "service"],
    "name": ["余世明", "Yu Shiming", None],
    "phone": ["13812345678", None, "13987654321"],
    "address": [
        "春熙路12号",
        "12 Chunxi Road, Jinjiang District, Chengdu",
        "春熙路12号",
    ],
    "updated_on": ["2023-05-01", "2025-11-14", "2024-02-01"],
}


def test_rules_choose_and_provenance_tells():
    records = dated(**YU)
    merged = merge(
        records,
        one_key(records),
        rules={"name": "first_source", "address": "most_complete"},
        source_order=["sales"],
    )
    row = merged.customers.iloc[0]
    assert row["name"] == "余世明"
    assert row["phone"] == "13987654321"  # the newest that there is
    assert row["address"].endswith("Chengdu")
    assert (row["sources"], row["n_rows"]) == ("fair+sales+service", 3)
    assert row["updated_on"] == pd.Timestamp("2025-11-14")
    origin = merged.provenance.set_index("field")
    assert origin.loc["phone", ["row_id", "source", "rule"]].tolist() == [
        *("C", "service", "newest"),
    ]
    assert origin.loc["phone", "updated_on"] == pd.Timestamp("2024-02-01")
    assert origin.loc["name", "row_id"] == "A"


def test_conflicts_are_differences_of_meaning_not_of_writing():
    records = dated(**YU)
    merged = merge(records, one_key(records))
    # The name is one name in two scripts; two telephones are two.
    assert "name" not in merged.conflicts["field"].tolist()
    phone = merged.conflicts.set_index("field").loc["phone"]
    assert (phone["n_values"], phone["chosen"]) == (2, "13987654321")


def test_ties_go_by_source_order_then_row_id():
    same = dated(
        source=["b", "a", "c"],
        name=["李一", "李二", "李三"],
        updated_on=["2025-01-01"] * 3,
    )
    plain = merge(same, one_key(same)).customers["name"].item()
    assert plain == "李一"
    ordered = merge(same, one_key(same), source_order=["c"]).customers["name"].item()
    assert ordered == "李三"
    undated = same.assign(updated_on=pd.to_datetime([None, "2020-01-01", None]))
    assert merge(undated, one_key(undated)).customers["name"].item() == "李二"


VALUES = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["sales", "fair"]),
        "name": st.sampled_from([None, "余世明", " Yu "]),
        "opted_in": st.booleans(),
        "visits": st.integers(0, 9),
        "updated_on": st.sampled_from(["2024-01-01", None]),
    }
)


@settings(max_examples=60, deadline=None)
@given(
    row=VALUES, n=st.integers(1, 4), rule=st.sampled_from(["newest", "most_complete"])
)
def test_merging_identical_rows_is_the_identity(row, n, rule):
    records = pd.DataFrame([row] * n)
    records["updated_on"] = pd.to_datetime(records["updated_on"])
    records.insert(0, "row_id", [f"R{i}" for i in range(n)])
    fields = ["name", "opted_in", "visits"]
    merged = merge(records, one_key(records), rules=dict.fromkeys(fields, rule))
    expected = records[[*fields, "updated_on"]].head(1)
    pd.testing.assert_frame_equal(
        merged.customers[[*fields, "updated_on"]], expected, check_dtype=False
    )
    assert len(merged.conflicts) == 0


def test_merge_is_blind_to_the_order_of_rows(exports, found):
    whole = merge(exports, found.clusters)
    mixed = merge(exports.sample(frac=1, random_state=5), found.clusters)
    pd.testing.assert_frame_equal(whole.customers, mixed.customers)
    pd.testing.assert_frame_equal(whole.provenance, mixed.provenance)
    pd.testing.assert_frame_equal(whole.conflicts, mixed.conflicts)


def test_every_merged_value_stands_in_the_row_that_provenance_names(exports, found):
    merged = merge(exports, found.clusters)
    assert merged.customers["customer_key"].is_unique
    assert merged.customers["n_rows"].sum() == len(exports)
    rows = exports.set_index("row_id")
    keys = found.clusters.set_index("row_id")["customer_key"]
    for origin in merged.provenance.sample(300, random_state=1).itertuples():
        assert rows.at[origin.row_id, origin.field] == origin.value
        assert keys[origin.row_id] == origin.customer_key
    present = merged.customers[list(POINTS_COLUMNS)].notna().sum().sum()
    assert present == len(merged.provenance)


def test_newest_gives_the_present_telephone_more_often_than_oldest(exports):
    """Against the planted truth: the newest row is the better guess."""
    rows = datasets.truth("exports/rows")
    clusters = rows.rename(columns={"person_id": "customer_key"})
    people = datasets.truth("exports/people").set_index("person_id")
    merged = merge(exports, clusters).customers.set_index("customer_key")
    phone = merged["phone"].map(lambda x: normalise_phone(x, area_code="028"))
    true = people["phone"].map(normalise_phone)
    changed = rows[rows["planted"].fillna("").str.contains("stale_phone")]
    private = people.index[people["kind"] == "private"]
    who = [p for p in set(changed["person_id"]) if p in private]
    right = (phone[who] == true[who]).mean()
    assert right > 0.45  # the rest has no row later than the change
    steady = [p for p in private if p not in set(who)]
    assert (phone[steady] == true[steady])[phone[steady].notna()].mean() > 0.97


@pytest.mark.parametrize("rows", [0, 1])
def test_merge_of_no_and_one_record(rows):
    records = dated(**YU).head(rows)
    merged = merge(records, one_key(records))
    assert len(merged.customers) == rows
    assert list(merged.customers.columns) == [
        *(
            "customer_key",
            "name",
            "phone",
            "address",
            "sources",
            "n_rows",
            "updated_on",
        ),
    ]
    assert len(merged.conflicts) == 0
    assert len(consistency(records, one_key(records))) == 3


def test_a_customer_without_a_number_gets_a_missing_one():
    records = dated(
        source=["a", "b"],
        visits=pd.array([3, None], dtype="Int64"),
        updated_on=["2025-01-01"] * 2,
    )
    clusters = records[["row_id"]].assign(customer_key=["K1", "K2"])
    visits = merge(records, clusters).customers["visits"]
    assert visits.dtype == "Int64"
    assert visits.isna().tolist() == [False, True]


def test_merge_says_what_is_wrong():
    records = dated(**YU)
    with pytest.raises(ContractError, match="no customer_key") as caught:
        merge(records, one_key(records).head(1))
    assert caught.value.rows["row_id"].tolist() == ["B", "C"]
    with pytest.raises(ValueError, match="no rule 'oldest'"):
        merge(records, one_key(records), rules={"name": "oldest"})
    with pytest.raises(ValueError, match="names the field 'nome'"):
        merge(records, one_key(records), rules={"nome": "newest"})
    with pytest.raises(ValueError, match="needs source_order"):
        merge(records, one_key(records), rules={"name": "first_source"})
    with pytest.raises(ContractError, match="updated_on"):
        merge(records.drop(columns="updated_on"), one_key(records))


# ------------------------------------------------------------------ quality


def test_completeness_counts_what_was_planted(exports):
    rows = datasets.truth("exports/rows")
    planted = rows["planted"].fillna("").str.split(";")
    report = completeness(exports, by_source=True).set_index(["source", "field"])
    for source in COLUMNS:
        missing = sum("no_phone" in p for p in planted[rows["source"] == source])
        line = report.loc[(source, "phone")]
        assert line["n_rows"] - line["n_present"] == missing
    assert report.loc[("sales", "email"), "share_present"] == 0


def test_completeness_of_no_rows_and_of_blanks():
    empty = completeness(pd.DataFrame({"name": []}))
    assert empty["n_rows"].tolist() == [0]
    assert empty["share_present"].isna().all()
    assert completeness(people(name=["  "]))["n_present"].tolist() == [0]
    with pytest.raises(ContractError, match="column is missing"):
        completeness(people(name=["x"]), fields=["phone"])


def test_freshness_by_hand():
    days = ["2025-12-31", "2025-12-01", "2024-12-31", None, "2026-01-01"]
    table = pd.DataFrame({"source": ["a"] * 5, "updated_on": pd.to_datetime(days)})
    line = freshness(table, as_of="2025-12-31").iloc[0]
    # The day after as_of is left out; 365 days are still fresh.
    assert line.tolist() == ["a", 4, 3, 30.0, 365.0, 1.0]
    assert freshness(table, as_of="2025-12-31", max_age_days=30).iloc[0][
        "share_fresh"
    ] == (pytest.approx(2 / 3))
    assert len(freshness(table.head(0), as_of="2025-12-31")) == 0
    nothing = freshness(table.iloc[[3]], as_of="2025-12-31").iloc[0]
    assert nothing["n_dated"] == 0
    assert pd.isna(nothing["share_fresh"])
    with pytest.raises(ValueError, match="as_of"):
        freshness(table, as_of="yesterday")
    with pytest.raises(ValueError, match="max_age_days"):
        freshness(table, as_of="2025-12-31", max_age_days=-1)


def test_consistency_by_hand():
    records = dated(
        source=["a", "b", "a", "b"],
        phone=["13812345678", "+86 138 1234 5678", "13812345678", "13987654321"],
        email=["a@b.example", None, None, None],
        updated_on=["2025-01-01"] * 4,
    )
    clusters = records[["row_id"]].assign(customer_key=["K1", "K1", "K2", "K2"])
    report = consistency(records, clusters).set_index("field")
    assert report.loc["phone", ["n_customers", "n_agreeing"]].tolist() == [2, 1]
    assert report.loc["email", "n_customers"] == 0
    assert pd.isna(report.loc["email", "share_agreeing"])


# ------------------------------------------------------------------ field register

CALL_ON = "2025-06-17"


@pytest.fixture(scope="module")
def register() -> FieldRegister:
    return FieldRegister(datasets.load("pizza/fields"))


def test_the_pizza_call_is_stopped_and_the_birthday_passes(register):
    uses = datasets.load("pizza/uses")
    truth = datasets.truth("pizza/uses").set_index("use_id")["is_allowed"]
    screen = pd.DataFrame([dict.fromkeys(datasets.load("pizza/fields")["field"], "x")])
    for use_id, use in uses.groupby("use_id"):
        fields, purpose = use["field"].tolist(), use["purpose"].iloc[0]
        if truth[use_id]:
            passed = register.use(screen, fields, purpose, on=CALL_ON)
            assert list(passed.columns) == fields == ["wife_birthday"]
        else:
            with pytest.raises(UseRefused):
                register.use(screen, fields, purpose, on=CALL_ON)


def test_a_policy_that_refuses_all_would_be_too_easy(register):
    """The pizza can still be sold and brought."""
    assert register.allow("address", "delivery", on=CALL_ON).is_allowed
    assert register.allow("membership_number", "order", on=CALL_ON).is_allowed


def test_a_refusal_lists_each_field_and_why(register):
    screen = pd.DataFrame(
        {"diabetes": ["x"], "book_bought": ["y"], "wife_birthday": ["z"]}
    )
    with pytest.raises(UseRefused) as caught:
        register.use(screen, list(screen.columns), "offer", on=CALL_ON)
    refused = {one.field: one.reasons for one in caught.value.decisions}
    assert set(refused) == {"diabetes", "book_bought"}
    assert refused["diabetes"] == (
        "collected for treatment, not for offer",
        "no legal basis",
        "no last day of keeping is fixed",
        "sensitive, and not consented to by itself",
    )
    assert "was to be kept until 2024-02-11 and no longer" in refused["book_bought"]
    message = str(caught.value)
    assert "diabetes" in message
    assert "book_bought" in message
    assert isinstance(caught.value, CrmError)
    assert isinstance(caught.value, PermissionError)
    assert pickle.loads(pickle.dumps(caught.value)).decisions == caught.value.decisions


def test_the_last_day_of_keeping_counts(register):
    assert register.allow("wife_birthday", "offer", on="2026-06-24").is_allowed
    after = register.allow("wife_birthday", "offer", on="2026-06-25")
    assert after.reasons == ("was to be kept until 2026-06-24 and no longer",)
    assert str(after).startswith("wife_birthday for offer: refused")


def test_what_is_not_in_the_register_is_refused(register):
    assert register.allow("shoe_size", "offer", on=CALL_ON).reasons == (
        "not in the register",
    )


def fields_table(**changes: list) -> pd.DataFrame:
    table = {
        "field": ["phone", "phone", "amount_cents"],
        "purpose": ["delivery", "offer", "accounts"],
        "legal_basis": ["contract", "consent", "legal_duty"],
        "sensitivity": ["ordinary", "ordinary", "ordinary"],
        "has_separate_consent": [False, False, False],
        "keep_until": pd.to_datetime(["2027-01-01", "2025-01-01", "2030-12-31"]),
    }
    return pd.DataFrame({**table, **changes})


def test_a_field_may_have_several_purposes():
    register = FieldRegister(fields_table())
    assert register.allow("phone", "delivery", on=CALL_ON).is_allowed
    assert not register.allow("phone", "offer", on=CALL_ON).is_allowed
    reasons = register.allow("phone", "credit", on=CALL_ON).reasons
    assert reasons == ("collected for delivery and offer, not for credit",)


def test_separate_consent_lets_a_sensitive_field_through():
    sensitive = fields_table(sensitivity=["sensitive"] * 3)
    assert (
        not FieldRegister(sensitive).allow("phone", "delivery", on=CALL_ON).is_allowed
    )
    consented = sensitive.assign(has_separate_consent=True)
    assert FieldRegister(consented).allow("phone", "delivery", on=CALL_ON).is_allowed


def test_a_register_checks_its_table():
    with pytest.raises(ContractError, match="allowed are: contract"):
        FieldRegister(fields_table(legal_basis=["contract", "habit", "none"]))
    with pytest.raises(ContractError, match="same purpose twice") as caught:
        FieldRegister(fields_table(purpose=["offer", "offer", "accounts"]))
    assert len(caught.value.rows) == 2
    with pytest.raises(ContractError, match="keep_until"):
        FieldRegister(fields_table().drop(columns="keep_until"))
    nothing = FieldRegister(fields_table().head(0))
    assert not nothing.allow("phone", "offer", on=CALL_ON).is_allowed
    with pytest.raises(ValueError, match="on must be"):
        nothing.allow("phone", "offer", on="today")


def test_use_copies_and_checks():
    register = FieldRegister(fields_table())
    table = pd.DataFrame({"customer_id": ["C1"], "phone": ["138"], "secret": [1]})
    used = register.use(table, ["phone"], "delivery", on=CALL_ON)
    assert list(used.columns) == ["customer_id", "phone"]
    used.loc[0, "phone"] = "x"
    assert table.loc[0, "phone"] == "138"
    with pytest.raises(ContractError, match="column is missing"):
        register.use(table.drop(columns="phone"), ["phone"], "delivery", on=CALL_ON)
    with pytest.raises(TypeError, match="list of names"):
        register.use(table, "phone", "delivery", on=CALL_ON)
    assert len(register.use(table.head(0), ["phone"], "delivery", on=CALL_ON)) == 0


@pytest.fixture
def firm() -> dict[str, pd.DataFrame]:
    return {
        "customers": pd.DataFrame(
            {
                "customer_id": ["C1", "C2"],
                "name": ["余世明", "李娜"],
                "phone": ["138", "139"],
            }
        ),
        "invoices": pd.DataFrame(
            {
                "customer_id": ["C1", "C1", "C2"],
                "amount_cents": [100, 200, 300],
                "n_items": [1, 2, 3],
                "is_gift": [True, False, True],
                "note": ["tall", "bald", "kind"],
            }
        ),
        "visits": pd.DataFrame({"customer_id": ["C2"], "note": ["late"]}),
    }


def test_export_gives_all_of_one_person_and_why_it_is_kept(firm):
    export = FieldRegister(fields_table()).export(firm, "C1")
    assert set(export) == {"customers", "invoices", "register"}
    assert export["invoices"]["amount_cents"].tolist() == [100, 200]
    about = export["register"]
    phone = about[about["field"] == "phone"]
    assert sorted(phone["purpose"]) == ["delivery", "offer"]
    assert about[about["field"] == "name"]["purpose"].isna().all()
    nobody = FieldRegister(fields_table()).export(firm, "C9")
    assert list(nobody) == ["register"]
    assert len(nobody["register"]) == 0


def test_erase_leaves_the_others_and_a_log_without_the_person(firm):
    before = {name: table.copy() for name, table in firm.items()}
    register = FieldRegister(fields_table())
    erasure = register.erase(firm, "C1", on=CALL_ON)
    assert erasure.tables["customers"]["customer_id"].tolist() == ["C2"]
    # An invoice is kept by law, what it says beside the amount is not.
    invoices = erasure.tables["invoices"]
    assert invoices["amount_cents"].tolist() == [100, 200, 300]
    assert invoices["note"].isna().tolist() == [True, True, False]
    assert invoices["n_items"].isna().tolist() == [True, True, False]
    assert invoices["is_gift"].isna().tolist() == [True, True, False]
    assert erasure.log["table"].tolist() == ["customers", "invoices"]
    assert erasure.log["n_rows_erased"].tolist() == [1, 0]
    assert erasure.log["n_rows_kept"].tolist() == [0, 2]
    assert erasure.log["fields_kept"].tolist() == ["", "amount_cents"]
    told = erasure.log.to_csv()
    for personal in ("C1", "余世明", "138", "tall"):
        assert personal not in told
    for name, table in firm.items():
        pd.testing.assert_frame_equal(table, before[name])
    # Once the duty has lapsed, the rest goes too.
    later = register.erase(firm, "C1", on="2031-01-01")
    assert later.tables["invoices"]["customer_id"].tolist() == ["C2"]
    assert list(register.export(later.tables, "C1")) == ["register"]


def test_erase_of_nobody_and_of_nothing(firm):
    register = FieldRegister(fields_table())
    erasure = register.erase(firm, "C9", on=CALL_ON)
    assert len(erasure.log) == 0
    for name, table in firm.items():
        pd.testing.assert_frame_equal(erasure.tables[name], table)
    assert len(register.erase({}, "C1", on=CALL_ON).log) == 0
    with pytest.raises(ContractError, match="customer_id"):
        register.erase({"x": pd.DataFrame({"name": ["余世明"]})}, "C1", on=CALL_ON)


def test_the_registers_table_is_a_copy():
    register = FieldRegister(fields_table())
    table = register.fields
    table["purpose"] = "anything"
    assert "anything" not in register.fields["purpose"].tolist()
