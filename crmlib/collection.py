"""Collect customer information: join sources, find the same customer, keep the rules.

The chain of the course's first problem, that information is scattered over people and
departments: `stack` the exports under common names, `match` the rows that are one
customer, score the match against the truth (`pair_scores`), `merge` the rows with the
provenance of every field, and look at what came out (`completeness`, `freshness`,
`consistency`). A `FieldRegister` then says which use of a field its purpose allows,
and blocks the others.

Plain pandas. A *record* is a row with a ``row_id`` that is unique over all sources.
What identifies a customer is compared in a normal form (`normalise_name`,
`normalise_phone`, `normalise_email`, `normalise_address`); the tables keep what was
written.

Sources: the chain of blocking, comparison and decision is that of Fellegi and Sunter
(1969), *A Theory for Record Linkage*; points stand for their log-likelihood weights.
"""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from crmlib.datasets import require_columns
from crmlib.errors import ContractError, CrmError
from crmlib.purchases import parse_day

__all__ = [
    "FIELDS",
    "POINTS",
    "Decision",
    "Erasure",
    "FieldRegister",
    "Match",
    "Merged",
    "PairScores",
    "UseRefused",
    "completeness",
    "consistency",
    "exact_join",
    "freshness",
    "match",
    "merge",
    "name_key",
    "normalise_address",
    "normalise_email",
    "normalise_name",
    "normalise_phone",
    "pair_scores",
    "stack",
]

FIELDS = ("name", "phone", "email", "company", "address", "city")
"""The fields that `stack` knows and `match` compares."""

POINTS: Mapping[str, int] = MappingProxyType(
    {
        "same name": 50,
        "same name in letters": 40,
        "names sound the same": 25,
        "names nearly the same": 20,
        "one character differs": 0,
        "same part of the name": 5,
        "different names": -60,
        "same telephone": 60,
        "same telephone, used by several": 30,
        "telephones nearly the same": 25,
        "different telephones": -10,
        "same e-mail": 60,
        "different e-mails": -15,
        "same home": 35,
        "same house": 20,
        "different rooms of a house": -10,
        "different addresses": -10,
        "different cities": -15,
        "same company": 15,
        "different companies": -15,
    }
)
"""What each finding of a comparison counts in `match`; 60 points make a match."""

Engine = Literal["auto", "rapidfuzz", "python"]


# ------------------------------------------------------------------- normal forms

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_UNUSABLE = _words(
    "unknown none null nil nan missing anonymous test "
    "不详 未知 无 没有 无名 匿名 空 保密"
)
_TITLES = _words("mr mrs ms miss mx dr doctor prof professor sir madam")
_TITLES_ZH = _words(
    "总经理 先生 女士 小姐 太太 夫人 老师 经理 总监 主任 老板 博士 教授 医生"
)


@lru_cache(maxsize=1)
def _readings() -> tuple[dict[str, str], dict[str, str]]:
    """Return how characters are read: in surnames and elsewhere."""
    path = resources.files("crmlib") / "_tables" / "pinyin.csv"
    surnames, given = {}, {}
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        if row["as_surname"]:
            surnames[row["characters"]] = row["as_surname"]
        if row["as_given"]:
            given[row["characters"]] = row["as_given"]
    return surnames, given


@lru_cache(maxsize=1)
def _surname_letters() -> frozenset[str]:
    return frozenset(_readings()[0].values())


def _text(value: Any) -> str | None:
    """Return *value* as text, or None where it is missing."""
    if isinstance(value, str):
        return value
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a telephone that pandas read as a number
    return str(value)


def _fold(text: str) -> str:
    """Fold width, case and accents, to a form that folds to itself."""
    while True:
        folded = unicodedata.normalize("NFKC", text).casefold()
        folded = unicodedata.normalize("NFD", folded)
        # Lü is written Lyu in passports; other accents are tone marks.
        folded = folded.replace("u\u0308", "yu")
        folded = re.sub("[\u0300-\u036f]", "", folded)
        folded = unicodedata.normalize("NFKC", folded)
        if folded == text:
            return text
        text = folded


def normalise_name(name: Any) -> str | None:
    """Return a person's name in its normal form.

    Rules: full-width letters, case, accents and spaces are folded; hyphens and
    apostrophes inside a name go; titles before and after go (Mr, 先生); where a name
    is given in both scripts, the characters count. The order of the words is kept:
    `name_key` is blind to it.

    Args:
        name: a name in Chinese or Latin script.

    Returns:
        The normal form, or None where there is no name in it (missing, "unknown",
        digits only). Normalising twice changes nothing.

    >>> normalise_name("  YU  Shi-ming ")
    'yu shiming'
    >>> normalise_name("余 世明先生")
    '余世明'
    >>> normalise_name("n/a") is None
    True
    """
    text = _text(name)
    return None if text is None else _normal_name(text)


@lru_cache(maxsize=65_536)
def _normal_name(text: str) -> str | None:
    text = _fold(text)
    characters = "".join(re.findall(f"[{_HAN}]", text))
    if characters:
        while title := next((t for t in _TITLES_ZH if characters.endswith(t)), None):
            characters = characters.removesuffix(title)
        return None if characters in _UNUSABLE else characters or None
    text = re.sub(r"(?<=[^\W\d_])['’`\-‐–]+(?=[^\W\d_])", "", text)
    words = re.findall(r"[^\W_]+", text)
    while words and words[0] in _TITLES:
        words = words[1:]
    while words and words[-1] in _TITLES:
        words = words[:-1]
    normal = " ".join(words)
    letters = sum(character.isalpha() for character in normal)
    if letters < 2 or normal in _UNUSABLE or normal == "n a":
        return None
    return normal


def name_key(name: Any) -> str | None:
    """Return how a name sounds: its Pinyin without tones, words sorted.

    余世明, Yu Shiming and Shiming YU have one key. So have 于世明 and 俞诗鸣: a key
    finds candidates and proves nothing.

    Args:
        name: a name in Chinese or Latin script.

    Returns:
        The key, or None where `normalise_name` finds no name. A character outside the
        kit's table of readings (``_tables/pinyin.csv``) stands for itself.

    >>> name_key("余世明"), name_key("Yu, Shi-ming"), name_key("Mr Shiming YU")
    ('shiming yu', 'shiming yu', 'shiming yu')
    >>> name_key("欧阳静")
    'jing ouyang'
    """
    normal = normalise_name(name)
    return None if normal is None else _key_of(normal)


@lru_cache(maxsize=65_536)
def _key_of(normal: str) -> str:
    if re.match(f"[{_HAN}]", normal):
        surnames, given = _readings()
        cut = 2 if len(normal) > 2 and normal[:2] in surnames else 1
        first, rest = normal[:cut], normal[cut:]
        letters = surnames.get(first, given.get(first, first))
        return " ".join(sorted(filter(None, [letters, _spell(rest)])))
    words = [re.sub("^([ln])v", r"\1yu", word) for word in normal.split()]
    if len(words) > 2:
        # Given names are written in one word or in two: Shi Ming is Shiming.
        if words[0] in _surname_letters():
            words = [words[0], "".join(words[1:])]
        elif words[-1] in _surname_letters():
            words = [words[-1], "".join(words[:-1])]
    return " ".join(sorted(words))


def _spell(characters: str) -> str:
    given = _readings()[1]
    return "".join(given.get(character, character) for character in characters)


def normalise_phone(phone: Any, *, area_code: str | None = None) -> str | None:
    """Return a telephone number in international form: ``+8613812345678``.

    Rules: full-width digits, spaces, dashes and brackets are folded; 0086 and 86 are
    +86; an extension (转 305, ext. 305) goes; a Chinese number is a mobile of eleven
    digits, a landline with its area code, or a 400 or 800 number; a foreign one needs
    its + or 00. A number whose last seven digits are equal is a placeholder.

    Args:
        phone: the number as written.
        area_code: area code for local numbers, such as ``"028"`` for Chengdu; without
            it a local number cannot be used.

    Returns:
        The normal form, or None where there is no whole number. Normalising twice
        changes nothing.

    Raises:
        ValueError: *area_code* is none.

    >>> normalise_phone("0086-138-1234-5678")
    '+8613812345678'
    >>> normalise_phone("(028) 8765 4321转305")
    '+862887654321'
    >>> normalise_phone("87654321") is None
    True
    >>> normalise_phone("87654321", area_code="028")
    '+862887654321'
    """
    if area_code is not None and not re.fullmatch(r"0[1-9][0-9]{1,2}", area_code):
        raise ValueError(
            f"area_code must be text such as '028', with its 0, not {area_code!r}"
        )
    text = _text(phone)
    return None if text is None else _normal_phone(text, area_code)


@lru_cache(maxsize=65_536)
def _normal_phone(text: str, area_code: str | None) -> str | None:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.split(r"转|轉|分机|内线|ext|x|#|;|/|,", text)[0]
    text = re.sub(r"[^0-9+]", "", text)
    digits = text.replace("+", "")
    if not 7 <= len(digits) <= 20 or len(set(digits[-7:])) == 1:
        return None
    abroad = text.startswith(("+", "00"))
    if abroad and not text.startswith("+"):
        digits = digits[2:]
    if abroad and not digits.startswith("86"):
        return f"+{digits}" if re.fullmatch(r"[1-9]\d{6,14}", digits) else None
    if abroad or (digits.startswith("86") and len(digits) >= 12):
        digits, abroad = digits[2:], True
    if mobile := re.fullmatch(r"0?(1[3-9]\d{9})", digits):
        return f"+86{mobile[1]}"
    if re.fullmatch(r"[48]00\d{7}", digits):
        return f"+86{digits}"
    # The area code's 0 is dropped behind +86, and only there.
    lead = "0?" if abroad else "0"
    if landline := re.fullmatch(lead + r"((?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8})", digits):
        return f"+86{landline[1]}"
    if area_code is not None and re.fullmatch(r"[2-9]\d{6,7}", digits):
        return _normal_phone(area_code + digits, None)
    return None


def normalise_email(email: Any) -> str | None:
    """Return an e-mail address without spaces and in small letters.

    Returns:
        The normal form, or None where it is not of the form a@b.c.

    >>> normalise_email(" Yu.Shiming@Mail.Example ")
    'yu.shiming@mail.example'
    >>> normalise_email("yu.shiming") is None
    True
    """
    text = _text(email)
    if text is None:
        return None
    folded = _fold("".join(_fold(text).split()))
    return folded if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", folded) else None


_STREETS = {"大道": "avenue", "路": "road", "街": "street", "巷": "lane"}
_SPELT = {
    **dict.fromkeys(("road", "rd", "lu"), "road"),
    **dict.fromkeys(("street", "st", "str", "jie"), "street"),
    **dict.fromkeys(("avenue", "ave", "av", "dadao"), "avenue"),
    **dict.fromkeys(("lane", "ln", "xiang"), "lane"),
    **dict.fromkeys(("district", "dist", "qu"), "district"),
    **dict.fromkeys(("building", "bldg", "blk", "block"), "building"),
    **dict.fromkeys(("room", "rm", "apt", "flat", "suite"), "room"),
    **dict.fromkeys(("number", "no", "num"), "no"),
}
_ENDS = {
    "road": "street",
    "street": "street",
    "avenue": "street",
    "lane": "street",
    "district": "district",
    "city": "city",
}
_BEFORE_NUMBER = ("no", "building", "unit", "room")
_PARTS = ("street", "no", "building", "unit", "room", "district", "city")
_CITIES = _words(
    "beijing shanghai tianjin chongqing guangzhou shenzhen hangzhou wuhan xian "
    "chengdu mianyang deyang leshan yibin yaan nanchong hefei"
)
_DROPPED = frozenset(("sichuan", "sichuanprovince", "china", "prchina"))
_UNIT_WORDS = dict(
    zip(
        "省市区县镇乡村路街巷道号栋幢座楼层单元室房",
        _words(
            "sheng shi qu xian zhen xiang cun lu jie xiang dao hao dong zhuang zuo "
            "lou ceng dan yuan shi fang"
        ),
        strict=True,
    )
)


def normalise_address(address: Any) -> str | None:
    """Return an address in letters, abbreviations written out, parts in one order.

    Rules: characters become Pinyin; 路, Rd. and Lu are all road, and so on; what names
    a part (12号, No. 12; 3栋, Bldg 3; 3-2-502 for building, unit, room) is labelled;
    province and country go; parts come as street, number, building, unit, room,
    district, city, and what was not understood last.

    Args:
        address: the address as written, in Chinese or Latin script.

    Returns:
        The normal form, or None where there is nothing in it. Normalising twice
        changes nothing.

    >>> normalise_address("成都市锦江区春熙路12号3栋2单元502室")
    'chunxi road, no 12, building 3, unit 2, room 502, jinjiang district, chengdu city'
    >>> normalise_address("Rm 502, Unit 2, Bldg 3, 12 Chunxi Rd.")
    'chunxi road, no 12, building 3, unit 2, room 502'
    """
    text = _text(address)
    if text is None:
        return None
    parts = _address_parts(text)
    words = [
        f"{label} {parts[label]}" if label in _BEFORE_NUMBER else parts[label]
        for label in _PARTS
        if label in parts
    ]
    return ", ".join([*words, *filter(None, [parts.get("rest")])]) or None


def _says_nothing(text: str) -> bool:
    words = " ".join(re.findall(r"[^\W_]+", text))
    return not words or words == "n a" or words in _UNUSABLE


@lru_cache(maxsize=65_536)
def _address_parts(text: str) -> Mapping[str, str]:
    """Take an address apart: street, no, building, unit, room, district, city, rest."""
    text = _fold(text).replace("'", "").replace("’", "")
    if _says_nothing(text):
        return {}
    text = _address_in_letters(text)
    parts: dict[str, str] = {}
    rest: list[str] = []
    words: list[str] = []

    def close(label: str = "") -> None:
        """File the words read so far, as *label* or as what they are."""
        whole = _SPELT.get("".join(words), "".join(words))
        kind = _ENDS.get(label, "city" if whole in _CITIES else "")
        if kind and whole and kind not in parts:
            parts[kind] = f"{whole} {label or 'city'}"
        elif whole and (label or whole not in _DROPPED):
            rest.append(" ".join([*words, label] if label else words))
        words.clear()

    tokens = re.findall(r"[0-9]+(?:-[0-9]+)*|,|[^\W\d_]+", text)
    at = 0
    while at < len(tokens):
        token = _SPELT.get(tokens[at], tokens[at])
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        at += 1
        if token == ",":
            close()
        elif token in _BEFORE_NUMBER and following.isascii() and following.isdigit():
            at += 1
            number = following.lstrip("0") or "0"
            if token in parts:
                rest.append(f"{token} {number}")
            else:
                parts[token] = number
        elif token[0] in "0123456789":
            _file_numbers(token, parts, rest)
        elif token in _ENDS and words:
            close(token)
        else:
            words.append(token)
    close()
    if rest:
        parts["rest"] = ", ".join(rest)
    if set(parts) == {"rest"} and _says_nothing(parts["rest"]):
        return {}
    return MappingProxyType(parts)


def _file_numbers(token: str, parts: dict[str, str], rest: list[str]) -> None:
    """File 12 as the number in the street, 3-2-502 as building, unit and room."""
    numbers = [number.lstrip("0") or "0" for number in token.split("-")]
    labels = {1: ("no",), 2: ("building", "room"), 3: ("building", "unit", "room")}
    wanted = labels.get(len(numbers), ())
    if wanted and not any(label in parts for label in wanted):
        parts.update(zip(wanted, numbers, strict=True))
    else:
        rest.append("-".join(numbers))


def _address_in_letters(text: str) -> str:
    """Write the characters of an address as letters, with the labels of its parts."""
    if not re.search(f"[{_HAN}]", text):
        return text

    def label(pattern: str, word: str, *, times: int = 0) -> None:
        nonlocal text
        text = re.sub(
            pattern, lambda m: f", {_letters(m[1])} {word}, ", text, count=times
        )

    text = re.sub("中国", ", ", text)
    text = re.sub(f"([{_HAN}]{{2,3}}?)省", lambda m: f", {_letters(m[1])}, ", text)
    # 草市街 is a street and 市中区 a district: a city is named once, by two
    # characters or more that end nothing else.
    label(f"((?:(?![省市区县路街巷道号])[{_HAN}]){{2,4}}?)市", "city", times=1)
    label(f"([{_HAN}]{{1,4}}?)[区县]", "district", times=1)
    for end, word in _STREETS.items():
        label(f"([{_HAN}]+?){end}", word)
    for end, word in (
        ("(?:栋|幢|座|号楼)", "building"),
        ("单元", "unit"),
        ("[室房]", "room"),
        ("号", "no"),
    ):
        text = re.sub(f"([0-9]+) *{end}", rf", {word} \1, ", text)
    return re.sub(f"[{_HAN}]+", lambda m: _letters(m[0]), text)


def _letters(characters: str) -> str:
    given = _readings()[1]
    return "".join(
        _UNIT_WORDS.get(character) or given.get(character, character)
        for character in characters
    )


# ------------------------------------------------------------------- joining sources


def stack(
    tables: Mapping[str, pd.DataFrame], *, columns: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """Put the exports of several sources under each other, with common column names.

    Args:
        tables: source -> its table; each has a column ``row_id``, unique over all
            sources.
        columns: source -> {column of the source: common name}. Common names are name,
            phone, email, company, address, city and updated_on (a date); other columns
            are left out.

    Returns:
        One row per row of the sources, in the order given: row_id, source, name,
        phone, email, company, address, city, updated_on. What a source does not have
        is missing.

    Raises:
        ContractError: a column is missing, a ``row_id`` occurs twice, a date is none.
        ValueError: a source without columns, or a common name that does not exist.

    >>> sales = pd.DataFrame({"row_id": ["S1"], "who": ["余世明"], "tel": ["87654321"]})
    >>> fair = pd.DataFrame({"row_id": ["F1"], "card": ["Yu Shiming"]})
    >>> stack(
    ...     {"sales": sales, "fair": fair},
    ...     columns={
    ...         "sales": {"who": "name", "tel": "phone"},
    ...         "fair": {"card": "name"},
    ...     },
    ... )[["row_id", "source", "name"]]
      row_id source        name
    0     S1  sales         余世明
    1     F1   fair  Yu Shiming
    """
    known = (*FIELDS, "updated_on")
    parts = []
    for source, table in tables.items():
        if source not in columns:
            raise ValueError(
                f"columns says nothing about the source {source!r}: give it as "
                "{column of the source: common name}"
            )
        mapping = columns[source]
        if wrong := [name for name in mapping.values() if name not in known]:
            raise ValueError(
                f"{wrong[0]!r} is no common name; there are: {', '.join(known)}"
            )
        kinds = {
            column: "date" if name == "updated_on" else "string"
            for column, name in mapping.items()
        }
        require_columns(table, {"row_id": "string"}, table_name=source)
        require_columns(table, kinds, table_name=source, may_be_missing=kinds)
        part = pd.DataFrame({"row_id": table["row_id"].astype(object)})
        part["source"] = source
        for name in known:
            part[name] = None
        for column, name in mapping.items():
            part[name] = table[column].astype(object)
        parts.append(part)
    names = ["row_id", "source", *known]
    if parts:
        stacked = pd.concat(parts, ignore_index=True)[names]
    else:
        stacked = pd.DataFrame(columns=names, dtype=object)
    stacked = stacked.astype(dict.fromkeys(names[:-1], _text_dtype()))
    stacked["updated_on"] = pd.to_datetime(stacked["updated_on"])
    _check_row_ids(stacked, "stacked sources")
    return stacked


def _text_dtype() -> Any:
    """Return the text dtype of this pandas: str in 3, object in 2."""
    return pd.Series(["text"]).dtype


def _check_row_ids(table: pd.DataFrame, table_name: str) -> None:
    require_columns(table, {"row_id": "string"}, table_name=table_name)
    twice = table["row_id"].duplicated(keep=False)
    if twice.any():
        raise ContractError(
            f"{int(twice.sum())} rows share a row_id with another row",
            table=table_name,
            column="row_id",
            rows=table[twice],
            remedy="give every row of every source a row_id of its own",
        )


# ------------------------------------------------------------------- matching


@dataclass(frozen=True)
class Match:
    """What `match` found.

    Attributes:
        pairs: every pair compared: left, right (row_ids), score (points), decision
            ("match", "no match", or "refused": enough points, but it would put
            clearly different names under one key), reasons. Best first.
        clusters: row_id, customer_key, in the order of the records.
        skipped: blocks too large to compare: block, value, n_rows.
    """

    pairs: pd.DataFrame
    clusters: pd.DataFrame
    skipped: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Record:
    """One record as the comparison sees it."""

    row_id: str
    name: str | None
    key: str | None
    phone: str | None
    email: str | None
    company: str | None
    address: Mapping[str, str]
    city: str | None

    @property
    def street(self) -> tuple[str, str] | None:
        if "street" in self.address and "no" in self.address:
            return self.address["street"], self.address["no"]
        return None


def match(
    records: pd.DataFrame,
    *,
    threshold: int = 60,
    points: Mapping[str, int] = POINTS,
    area_code: str | None = "028",
    max_block: int = 200,
    engine: Engine = "auto",
) -> Match:
    """Find the records that are one customer.

    1. *Block*: only records are compared that share a telephone, an e-mail address,
       the sound of the name, or a house.
    2. *Compare*: each finding gives points (`POINTS`); their sum is the score.
    3. *Decide*: pairs with at least *threshold* points are joined, best first, unless
       that would put clearly different names under one key: a couple shares a
       telephone and a home, and remains two customers.

    The order of the records changes nothing, nor does the engine.

    Args:
        records: row_id (unique) and any of name, phone, email, company, address, city,
            as text, as from `stack`; what is not there is not compared.
        threshold: points that make a match.
        points: points of each finding; must name all those of `POINTS`.
        area_code: area code of telephone numbers written without one.
        max_block: a block with more records than this is not compared (a telephone of
            hundreds is a call centre's); it is listed in ``skipped``.
        engine: what counts the letters that differ: the library rapidfuzz, plain
            Python, or the first if it is installed. The results are the same.

    Returns:
        Pairs, clusters and skipped blocks. Keys are numbered by the smallest row_id.

    Raises:
        ContractError: a column has the wrong type, or a ``row_id`` occurs twice.
        ValueError: a point is missing, or the engine does not exist.

    >>> found = match(
    ...     pd.DataFrame(
    ...         {
    ...             "row_id": ["A", "B", "C"],
    ...             "name": ["余世明", "Mr Shiming Yu", "李娜"],
    ...             "phone": ["13812345678", "+86 138 1234 5678", "13812345678"],
    ...         }
    ...     )
    ... )
    >>> found.clusters["customer_key"].tolist()
    ['K00001', 'K00001', 'K00002']
    >>> found.pairs.loc[0, "reasons"]
    'same name in letters +40; same telephone, used by several +30'
    """
    _check_row_ids(records, "records")
    have = {name: "string" for name in FIELDS if name in records.columns}
    require_columns(records, have, table_name="records", may_be_missing=have)
    if lacking := [name for name in POINTS if name not in points]:
        raise ValueError(f"points lacks {lacking[0]!r}: start from dict(POINTS)")
    rows = sorted(_prepared(records, area_code), key=lambda row: row.row_id)
    candidates, skipped = _candidates(rows, max_block)
    compare = _Comparison(points, _distance(engine))
    compare.find_shared(rows)
    scored = []
    for i, j in candidates:
        reasons = compare.reasons(rows[i], rows[j])
        scored.append((sum(points[reason] for reason in reasons), i, j, reasons))
    scored.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    clusters = _Clusters(rows, compare)
    pairs: list[tuple[str, str, int, str, str]] = []
    for score, i, j, reasons in scored:
        decision = "no match"
        if score >= threshold:
            decision = "match" if clusters.join(i, j) else "refused"
        told = "; ".join(f"{reason} {points[reason]:+d}" for reason in reasons)
        pairs.append((rows[i].row_id, rows[j].row_id, score, decision, told))
    keys = clusters.keys()
    found = pd.DataFrame({"row_id": records["row_id"].to_numpy()}, index=records.index)
    found["customer_key"] = pd.Series(
        [keys[row_id] for row_id in records["row_id"]],
        index=records.index,
        dtype=_text_dtype(),
    )
    return Match(
        pairs=_frame(
            pairs, {"left": "", "right": "", "score": 0, "decision": "", "reasons": ""}
        ),
        clusters=found,
        skipped=_frame(skipped, {"block": "", "value": "", "n_rows": 0}),
    )


def _frame(rows: Iterable[Sequence[Any]], like: Mapping[str, Any]) -> pd.DataFrame:
    """Make a frame whose columns have the types of *like*, also without rows."""
    table = pd.DataFrame(list(rows), columns=list(like))
    kinds: dict[type, Any] = {str: _text_dtype(), int: "int64", float: "float64"}
    return table.astype({name: kinds[type(kind)] for name, kind in like.items()})


def _prepared(records: pd.DataFrame, area_code: str | None) -> list[_Record]:
    columns = {
        name: records[name].tolist()
        if name in records.columns
        else [None] * len(records)
        for name in FIELDS
    }
    prepared = []
    for row_id, *values in zip(
        records["row_id"].tolist(), *(columns[name] for name in FIELDS), strict=True
    ):
        name, phone, email, company, address, city = values
        written = _text(address)
        parts = _address_parts(written) if written is not None else {}
        town = _address_parts(_text(city) or "").get("city") or parts.get("city")
        company_text = _text(company)
        prepared.append(
            _Record(
                row_id=row_id,
                name=normalise_name(name),
                key=name_key(name),
                phone=normalise_phone(phone, area_code=area_code),
                email=normalise_email(email),
                company=None
                if company_text is None
                else " ".join(re.findall(r"\w+", _fold(company_text))) or None,
                address=parts,
                city=town,
            )
        )
    return prepared


def _candidates(
    rows: Sequence[_Record], max_block: int
) -> tuple[list[tuple[int, int]], list[tuple[str, str, int]]]:
    """Return the pairs that share a block, and the blocks that are too large."""
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        house = None if row.street is None else " ".join(row.street)
        for kind, value in (
            ("telephone", row.phone),
            ("e-mail", row.email),
            ("name", row.key),
            ("house", house),
        ):
            if value is not None:
                blocks[kind, value].append(i)
    pairs: set[tuple[int, int]] = set()
    skipped = []
    for (kind, value), members in blocks.items():
        if len(members) > max_block:
            skipped.append((kind, value, len(members)))
        else:
            pairs.update(itertools.combinations(members, 2))
    return sorted(pairs), sorted(skipped)


def _distance(engine: Engine) -> Callable[[str, str], int]:
    """Return the function that counts the letters in which two words differ."""
    if engine not in ("auto", "rapidfuzz", "python"):
        raise ValueError(f"engine must be auto, rapidfuzz or python, not {engine!r}")
    if engine != "python":
        try:
            library: Any = importlib.import_module("rapidfuzz.distance")
        except ImportError:
            if engine == "rapidfuzz":
                raise ValueError(
                    "rapidfuzz is not installed: install it, or use engine='auto'"
                ) from None
        else:
            distance: Callable[[str, str], int] = library.OSA.distance
            return distance
    return _edits


@lru_cache(maxsize=65_536)
def _edits(left: str, right: str) -> int:
    """Count the letters to insert, drop, replace or swap with their neighbour.

    Optimal string alignment, as rapidfuzz.distance.OSA: the fallback where that library
    cannot be installed.
    """
    before: list[int] = []
    above = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        row = [i]
        for j, b in enumerate(right, start=1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, above = above, row
    return above[-1]


class _Comparison:
    """Compares two records; says what it found, in the words of `POINTS`."""

    def __init__(
        self, points: Mapping[str, int], distance: Callable[[str, str], int]
    ) -> None:
        self.points = points
        self.distance = distance
        self.shared: set[str] = set()

    def find_shared(self, rows: Sequence[_Record]) -> None:
        """Note the telephones that clearly different names use."""
        users: dict[str, dict[str, _Record]] = defaultdict(dict)
        for row in rows:
            if row.phone is not None and row.name is not None:
                users[row.phone].setdefault(row.name, row)
        self.shared = {
            phone
            for phone, by_name in users.items()
            if any(
                self.are_different(a, b)
                for a, b in itertools.combinations(by_name.values(), 2)
            )
        }

    def are_different(self, a: _Record, b: _Record) -> bool:
        return self.name(a, b) == "different names"

    def reasons(self, a: _Record, b: _Record) -> list[str]:
        found = (
            self.name(a, b),
            self.phone(a, b),
            self.email(a, b),
            self.address(a, b),
            self.company(a, b),
        )
        return [reason for reason in found if reason is not None]

    def name(self, a: _Record, b: _Record) -> str | None:
        if a.name is None or b.name is None or a.key is None or b.key is None:
            return None
        in_characters = bool(re.match(f"[{_HAN}]", a.name)) + bool(
            re.match(f"[{_HAN}]", b.name)
        )
        if a.name == b.name and in_characters:
            return "same name"
        if a.key == b.key:
            both = in_characters == 2
            return "names sound the same" if both else "same name in letters"
        words_a, words_b = set(a.key.split()), set(b.key.split())
        if min(len(words_a), len(words_b)) == 1:
            common = words_a & words_b
            return "same part of the name" if common else "different names"
        if in_characters == 2:
            unequal = sum(x != y for x, y in zip(a.name, b.name, strict=False))
            if len(a.name) == len(b.name) and unequal == 1:
                return "one character differs"
            return "different names"
        near = self.distance(a.key, b.key) <= 1
        return "names nearly the same" if near else "different names"

    def phone(self, a: _Record, b: _Record) -> str | None:
        if a.phone is None or b.phone is None:
            return None
        if a.phone == b.phone:
            shared = a.phone in self.shared
            return "same telephone, used by several" if shared else "same telephone"
        if len(a.phone) == len(b.phone) and self.distance(a.phone, b.phone) <= 1:
            return "telephones nearly the same"
        # A mobile and a landline may well both be his.
        kinds = {
            phone.startswith("+861") and len(phone) == 14
            for phone in (a.phone, b.phone)
        }
        return "different telephones" if len(kinds) == 1 else None

    def email(self, a: _Record, b: _Record) -> str | None:
        if a.email is None or b.email is None:
            return None
        return "same e-mail" if a.email == b.email else "different e-mails"

    def address(self, a: _Record, b: _Record) -> str | None:
        if a.city is not None and b.city is not None and a.city != b.city:
            return "different cities"
        if a.street is None or b.street is None:
            return None
        if a.street != b.street:
            return "different addresses"
        labels = ("building", "unit", "room")
        known = [label for label in labels if label in a.address and label in b.address]
        if any(a.address[label] != b.address[label] for label in known):
            return "different rooms of a house"
        return "same home" if "room" in known else "same house"

    def company(self, a: _Record, b: _Record) -> str | None:
        if a.company is None or b.company is None:
            return None
        if a.company == b.company:
            return "same company"
        # A firm's Chinese and English names cannot be compared.
        scripts = {
            bool(re.search(f"[{_HAN}]", name)) for name in (a.company, b.company)
        }
        return "different companies" if len(scripts) == 1 else None


class _Clusters:
    """Joins records, and refuses to put clearly different names under one key."""

    def __init__(self, rows: Sequence[_Record], compare: _Comparison) -> None:
        self.rows = rows
        self.compare = compare
        self.of = list(range(len(rows)))
        self.members = {i: [i] for i in range(len(rows))}

    def join(self, i: int, j: int) -> bool:
        a, b = self.of[i], self.of[j]
        if a == b:
            return True
        for x, y in itertools.product(self.members[a], self.members[b]):
            if self.compare.are_different(self.rows[x], self.rows[y]):
                return False
        keep, gone = min(a, b), max(a, b)
        for member in self.members[gone]:
            self.of[member] = keep
        self.members[keep] += self.members.pop(gone)
        return True

    def keys(self) -> dict[str, str]:
        # The first of a cluster has the smallest row_id: rows are sorted by it.
        numbers = {first: n for n, first in enumerate(sorted(self.members), start=1)}
        return {
            row.row_id: f"K{numbers[self.of[i]]:05d}" for i, row in enumerate(self.rows)
        }


def exact_join(
    records: pd.DataFrame, *, on: Sequence[str] = ("name", "phone")
) -> pd.DataFrame:
    """Join the records whose values are written the same: what a database does.

    Args:
        records: row_id and the columns of *on*.
        on: the columns that must be equal, letter by letter. A record in which one of
            them is missing stays alone.

    Returns:
        Clusters as those of `match`: row_id, customer_key.

    Raises:
        ContractError: a column is missing, or a ``row_id`` occurs twice.

    >>> exact_join(
    ...     pd.DataFrame(
    ...         {
    ...             "row_id": ["A", "B", "C"],
    ...             "name": ["余世明", "余世明", "Yu Shiming"],
    ...             "phone": ["13812345678"] * 3,
    ...         }
    ...     )
    ... )["customer_key"].tolist()
    ['K00001', 'K00001', 'K00002']
    """
    _check_row_ids(records, "records")
    require_columns(records, on, table_name="records", may_be_missing=on)
    groups: dict[tuple[Any, ...], list[str]] = {}
    values = [records[column].tolist() for column in on]
    for row_id, *row in zip(records["row_id"].tolist(), *values, strict=True):
        key: tuple[Any, ...] = tuple(row)
        if not on or any(_text(value) is None for value in row):
            key = (row_id, None)
        groups.setdefault(key, []).append(row_id)
    ordered = sorted(groups.values(), key=min)
    keys = {
        row_id: f"K{n:05d}"
        for n, group in enumerate(ordered, start=1)
        for row_id in group
    }
    found = pd.DataFrame({"row_id": records["row_id"].to_numpy()}, index=records.index)
    found["customer_key"] = pd.Series(
        [keys[row_id] for row_id in records["row_id"]],
        index=records.index,
        dtype=_text_dtype(),
    )
    return found


@dataclass(frozen=True)
class PairScores:
    """How well pairs of records were found.

    Attributes:
        n_found: pairs that were put together.
        n_true: pairs that belong together.
        n_both: pairs of which both hold.
        precision: n_both / n_found: 1 when nothing was put together.
        recall: n_both / n_true: 1 when nothing belongs together.
        f1: harmonic mean of the two: 2 n_both / (n_found + n_true).
    """

    n_found: int
    n_true: int
    n_both: int
    precision: float
    recall: float
    f1: float


def pair_scores(found: pd.DataFrame, truth: pd.DataFrame) -> PairScores:
    """Score clusters of records against the truth, pair by pair.

    Args:
        found: row_id and customer_key (or person_id), as from `match`.
        truth: row_id and person_id (or customer_key), for the same rows; more columns
            do not matter.

    Returns:
        Precision, recall and F1 over pairs of rows. A customer with n rows counts
        n (n - 1) / 2 pairs, so large clusters weigh much.

    Raises:
        ContractError: a ``row_id`` occurs twice, or stands in one table only.

    >>> rows = pd.DataFrame({"row_id": ["A", "B", "C"]})
    >>> truth = rows.assign(person_id=["P1", "P1", "P1"])
    >>> found = rows.assign(customer_key=["K1", "K1", "K2"])
    >>> scores = pair_scores(found, truth)
    >>> scores.precision, round(scores.recall, 3), scores.f1
    (1.0, 0.333, 0.5)
    """
    left, right = _keyed(found, "found"), _keyed(truth, "truth")
    for table, other, name, other_name in (
        (found, truth, "found", "truth"),
        (truth, found, "truth", "found"),
    ):
        alone = ~table["row_id"].isin(other["row_id"])
        if alone.any():
            raise ContractError(
                f"{int(alone.sum())} rows are not in the table {other_name}",
                table=name,
                column="row_id",
                rows=table[alone],
                remedy="score the same rows in both tables",
            )
    both = pd.DataFrame({"found": left, "true": right.reindex(left.index)})
    n_found = _n_pairs(both.groupby("found").size())
    n_true = _n_pairs(both.groupby("true").size())
    n_both = _n_pairs(both.groupby(["found", "true"]).size())
    return PairScores(
        n_found=n_found,
        n_true=n_true,
        n_both=n_both,
        precision=n_both / n_found if n_found else 1.0,
        recall=n_both / n_true if n_true else 1.0,
        f1=2 * n_both / (n_found + n_true) if n_found + n_true else 1.0,
    )


def _keyed(table: pd.DataFrame, table_name: str) -> pd.Series[Any]:
    _check_row_ids(table, table_name)
    names = ("customer_key", "person_id")
    if table_name == "truth":
        names = names[::-1]
    key = next((name for name in names if name in table.columns), names[0])
    require_columns(table, [key], table_name=table_name)
    return table.set_index("row_id")[key]


def _n_pairs(sizes: pd.Series[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.tolist())


# ------------------------------------------------------------------- merging


Rule = Literal["newest", "most_complete", "first_source"]
_RULES = ("newest", "most_complete", "first_source")


@dataclass(frozen=True)
class Merged:
    """One record per customer, and where every field of it comes from.

    Attributes:
        customers: customer_key, the fields, sources (joined with +), n_rows and
            updated_on (the latest), sorted by key.
        provenance: customer_key, field, value, row_id, source, updated_on, rule: one
            row per field that has a value.
        conflicts: customer_key, field, n_values, values (joined with |), chosen: the
            fields for which the rows say different things in their normal form.
    """

    customers: pd.DataFrame
    provenance: pd.DataFrame
    conflicts: pd.DataFrame


def merge(
    records: pd.DataFrame,
    clusters: pd.DataFrame,
    *,
    rules: Mapping[str, Rule] | None = None,
    source_order: Sequence[str] = (),
) -> Merged:
    """Merge the records of each customer into one, by rule, with provenance.

    Args:
        records: row_id, source, updated_on and the fields to merge (all other
            columns).
        clusters: row_id and customer_key for each record, as from `match`.
        rules: field -> rule; the others follow "newest". **newest**: the value of the
            latest record that has one. **most_complete**: the longest value as
            written. **first_source**: the first source of *source_order* that has one.
            What is equal by its rule is settled by source order, then by row_id.
        source_order: sources, best first; sources not named come last.

    Returns:
        Customers, provenance and conflicts. A value is copied as it was written.

    Raises:
        ContractError: a column is missing, a ``row_id`` occurs twice or has no key.
        ValueError: a rule or the field of a rule does not exist, or "first_source" is
            asked for without an order.

    >>> records = pd.DataFrame(
    ...     {
    ...         "row_id": ["S1", "F1"],
    ...         "source": ["sales", "fair"],
    ...         "name": ["余世明", "Yu Shiming"],
    ...         "phone": ["13812345678", "13987654321"],
    ...         "updated_on": pd.to_datetime(["2023-05-01", "2025-11-14"]),
    ...     }
    ... )
    >>> clusters = pd.DataFrame(
    ...     {"row_id": ["S1", "F1"], "customer_key": ["K00001", "K00001"]}
    ... )
    >>> merged = merge(
    ...     records, clusters, rules={"name": "first_source"}, source_order=["sales"]
    ... )
    >>> merged.customers[["name", "phone", "sources"]].values.tolist()
    [['余世明', '13987654321', 'fair+sales']]
    >>> merged.conflicts[["field", "values", "chosen"]].values.tolist()
    [['phone', '13812345678 | 13987654321', '13987654321']]
    """
    rules = dict(rules or {})
    _check_mergeable(records, clusters)
    fields = _fields_of(records)
    _check_rules(rules, fields, source_order)
    rank = {source: i for i, source in enumerate(source_order)}
    key_of = dict(zip(clusters["row_id"], clusters["customer_key"], strict=True))
    rows = [
        {**{str(k): v for k, v in row.items()}, "key": key_of[row["row_id"]]}
        for row in records.astype(object).to_dict("records")
    ]
    # By row_id, so that ties do not depend on the order of the records.
    rows.sort(key=lambda row: (row["key"], row["row_id"]))
    customers, provenance, conflicts = [], [], []
    for key, group in itertools.groupby(rows, key=lambda row: row["key"]):
        members = list(group)
        customer: dict[str, Any] = {"customer_key": key}
        for name in fields:
            rule = rules.get(name, "newest")
            having = [row for row in members if not _is_missing(row[name])]
            customer[name] = None
            if not having:
                continue
            order = _ORDER[rule]
            best = min(having, key=lambda row: order(row, name, rank))
            customer[name] = best[name]
            provenance.append(
                (
                    key,
                    name,
                    best[name],
                    best["row_id"],
                    best["source"],
                    best["updated_on"],
                    rule,
                )
            )
            said = {
                _comparable(name, row[name]): str(row[name]) for row in having[::-1]
            }
            if len(said) > 1:
                conflicts.append(
                    (
                        key,
                        name,
                        len(said),
                        " | ".join(sorted(said.values())),
                        str(best[name]),
                    )
                )
        customer["sources"] = "+".join(sorted({str(row["source"]) for row in members}))
        customer["n_rows"] = len(members)
        dates = [row["updated_on"] for row in members if not pd.isna(row["updated_on"])]
        customer["updated_on"] = max(dates, default=pd.NaT)
        customers.append(customer)
    return Merged(
        customers=_customer_table(customers, records, fields),
        provenance=_dated(
            provenance,
            [
                "customer_key",
                "field",
                "value",
                "row_id",
                "source",
                "updated_on",
                "rule",
            ],
        ),
        conflicts=_frame(
            conflicts,
            {
                "customer_key": "",
                "field": "",
                "n_values": 0,
                "values": "",
                "chosen": "",
            },
        ),
    )


def _fields_of(records: pd.DataFrame) -> list[str]:
    return [
        str(name)
        for name in records.columns
        if name not in ("row_id", "source", "updated_on", "customer_key")
    ]


def _check_mergeable(records: pd.DataFrame, clusters: pd.DataFrame) -> None:
    _check_row_ids(records, "records")
    require_columns(
        records,
        {"source": "string", "updated_on": "date"},
        table_name="records",
        may_be_missing=["updated_on"],
    )
    _check_row_ids(clusters, "clusters")
    require_columns(clusters, {"customer_key": "string"}, table_name="clusters")
    unknown = ~records["row_id"].isin(clusters["row_id"])
    if unknown.any():
        raise ContractError(
            f"{int(unknown.sum())} records have no customer_key in clusters",
            table="records",
            column="row_id",
            rows=records[unknown],
            remedy="match the same records that you merge",
        )


def _check_rules(
    rules: Mapping[str, str], fields: Sequence[str], source_order: Sequence[str]
) -> None:
    for name, rule in rules.items():
        if name not in fields:
            raise ValueError(
                f"rules names the field {name!r}; the records have: {', '.join(fields)}"
            )
        if rule not in _RULES:
            raise ValueError(
                f"there is no rule {rule!r} (field {name}); "
                f"there are: {', '.join(_RULES)}"
            )
        if rule == "first_source" and not source_order:
            raise ValueError(
                f"the rule first_source (field {name}) needs source_order, best first"
            )


def _is_missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _age_order(row: Mapping[str, Any]) -> float:
    day = row["updated_on"]
    return float("inf") if pd.isna(day) else -float(pd.Timestamp(day).toordinal())


def _source_rank(row: Mapping[str, Any], rank: Mapping[str, int]) -> int:
    return rank.get(str(row["source"]), len(rank))


_ORDER: dict[str, Callable[[Mapping[str, Any], str, Mapping[str, int]], Any]] = {
    "newest": lambda row, name, rank: (_age_order(row), _source_rank(row, rank)),
    "most_complete": lambda row, name, rank: (
        -len(str(row[name]).strip()),
        _age_order(row),
        _source_rank(row, rank),
    ),
    "first_source": lambda row, name, rank: (_source_rank(row, rank), _age_order(row)),
}


_NORMAL: dict[str, Callable[[Any], str | None]] = {
    "name": name_key,
    "phone": normalise_phone,
    "email": normalise_email,
    "address": normalise_address,
}


def _comparable(name: str, value: Any) -> Hashable:
    """Return what two values of a field must share to say the same thing."""
    if name in _NORMAL:
        return _NORMAL[name](value) or value
    return " ".join(_fold(value).split()) if isinstance(value, str) else value


def _customer_table(
    customers: list[dict[str, Any]], records: pd.DataFrame, fields: Sequence[str]
) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    kinds = {name: records[name].dtype for name in fields}
    for name, kind in {
        "customer_key": _text_dtype(),
        **kinds,
        "sources": _text_dtype(),
        "n_rows": "int64",
    }.items():
        values = [row[name] for row in customers]
        # A customer without a value in a column of whole numbers or truth values.
        if any(_is_missing(value) for value in values):
            kind = _nullable(kind)
        columns[name] = pd.Series(values, dtype=kind)
    columns["updated_on"] = pd.to_datetime(
        pd.Series([row["updated_on"] for row in customers], dtype=object)
    )
    return pd.DataFrame(columns)


def _nullable(kind: Any) -> Any:
    if pd.api.types.is_bool_dtype(kind):
        return "boolean"
    return "Int64" if pd.api.types.is_integer_dtype(kind) else kind


def _dated(rows: list[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    text = [name for name in columns if name not in ("updated_on", "value")]
    table = table.astype(dict.fromkeys(text, _text_dtype()))
    table["updated_on"] = pd.to_datetime(table["updated_on"])
    return table


# ------------------------------------------------------------------- quality


def completeness(
    table: pd.DataFrame, *, fields: Sequence[str] | None = None, by_source: bool = False
) -> pd.DataFrame:
    """Say how many rows have a value, field by field.

    Args:
        table: any table.
        fields: the columns to look at; all but row_id, source and customer_key when
            None.
        by_source: one line per source and field; needs the column ``source``.

    Returns:
        (source,) field, n_rows, n_present, share_present: of all rows, missing for a
        table without rows. Text of blanks only counts as missing.

    Raises:
        ContractError: a column is not there.

    >>> completeness(pd.DataFrame({"name": ["Yu", "Li"], "phone": ["138", None]}))
       field  n_rows  n_present  share_present
    0   name       2          2            1.0
    1  phone       2          1            0.5
    """
    outside = ("row_id", "source", "customer_key")
    names = [
        str(name)
        for name in (table.columns if fields is None else fields)
        if fields is not None or name not in outside
    ]
    needed = ["source", *names] if by_source else names
    require_columns(table, needed, table_name="table", may_be_missing=names)
    groups: list[tuple[Any, pd.DataFrame]] = [("", table)]
    if by_source:
        groups = list(table.groupby("source", sort=True))
    rows = []
    for source, part in groups:
        for name in names:
            n = len(part)
            present = sum(
                not _is_missing(value) and bool(str(value).strip())
                for value in part[name].tolist()
            )
            rows.append((source, name, n, present, present / n if n else float("nan")))
    like = {
        "source": "",
        "field": "",
        "n_rows": 0,
        "n_present": 0,
        "share_present": 0.0,
    }
    report = _frame(rows, like)
    return report if by_source else report.drop(columns="source")


def freshness(
    table: pd.DataFrame, *, as_of: dt.date | str, max_age_days: int = 365
) -> pd.DataFrame:
    """Say how old the rows are, source by source.

    Args:
        table: updated_on (dates), and source where there is one.
        as_of: the day to look from; rows dated later are left out.
        max_age_days: a row is fresh up to this age, in days.

    Returns:
        source ("all" where there is none), n_rows, n_dated, median_age_days,
        oldest_age_days, share_fresh (of the dated rows); sorted by source.

    Raises:
        ContractError: ``updated_on`` is not there or is no date.
        ValueError: *as_of* is no date, or *max_age_days* is below 0.

    >>> days = pd.to_datetime(["2025-12-01", "2023-12-31"])
    >>> freshness(pd.DataFrame({"updated_on": days}), as_of="2025-12-31")[
    ...     ["source", "n_rows", "median_age_days", "share_fresh"]
    ... ]
      source  n_rows  median_age_days  share_fresh
    0    all       2            380.5          0.5
    """
    today = parse_day(as_of, "as_of")
    if max_age_days < 0:
        raise ValueError(f"max_age_days must be at least 0, not {max_age_days}")
    require_columns(
        table, {"updated_on": "date"}, table_name="table", may_be_missing=["updated_on"]
    )
    sources = ["all"] * len(table)
    if "source" in table.columns:
        require_columns(table, {"source": "string"}, table_name="table")
        sources = table["source"].tolist()
    ages = (pd.Timestamp(today) - pd.to_datetime(table["updated_on"])).dt.days.tolist()
    by_source: dict[str, list[float]] = defaultdict(list)
    for source, age in zip(sources, ages, strict=True):
        if _is_missing(age) or age >= 0:
            by_source[source].append(age)
    rows = []
    for source in sorted(by_source):
        dated = pd.Series(
            [a for a in by_source[source] if not _is_missing(a)], dtype="float64"
        )
        rows.append(
            (
                source,
                len(by_source[source]),
                len(dated),
                float(dated.median()),
                float(dated.max()),
                float((dated <= max_age_days).mean()) if len(dated) else float("nan"),
            )
        )
    return _frame(
        rows,
        {
            "source": "",
            "n_rows": 0,
            "n_dated": 0,
            "median_age_days": 0.0,
            "oldest_age_days": 0.0,
            "share_fresh": 0.0,
        },
    )


def consistency(records: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """Say how often the records of one customer tell the same, field by field.

    Args:
        records: as for `merge`.
        clusters: row_id and customer_key for each record.

    Returns:
        field, n_customers (with a value in two records or more), n_agreeing (all
        values equal in their normal form), share_agreeing (missing where there are
        none).

    Raises:
        ContractError: as for `merge`.

    >>> records = pd.DataFrame(
    ...     {
    ...         "row_id": ["S1", "F1"],
    ...         "source": ["sales", "fair"],
    ...         "phone": ["138-1234-5678", "+8613812345678"],
    ...         "updated_on": pd.to_datetime(["2023-05-01", "2025-11-14"]),
    ...     }
    ... )
    >>> consistency(records, records[["row_id"]].assign(customer_key="K00001"))
       field  n_customers  n_agreeing  share_agreeing
    0  phone            1           1             1.0
    """
    _check_mergeable(records, clusters)
    key_of = dict(zip(clusters["row_id"], clusters["customer_key"], strict=True))
    keys = [key_of[row_id] for row_id in records["row_id"]]
    rows = []
    for name in _fields_of(records):
        said: dict[str, list[Hashable]] = defaultdict(list)
        for key, value in zip(keys, records[name].tolist(), strict=True):
            if not _is_missing(value):
                said[key].append(_comparable(name, value))
        several = [values for values in said.values() if len(values) > 1]
        agreeing = sum(len(set(values)) == 1 for values in several)
        share = agreeing / len(several) if several else float("nan")
        rows.append((name, len(several), agreeing, share))
    return _frame(
        rows, {"field": "", "n_customers": 0, "n_agreeing": 0, "share_agreeing": 0.0}
    )


# ------------------------------------------------------------------- field register


@dataclass(frozen=True)
class Decision:
    """Whether a field may be used for a purpose on a day, and why not.

    Attributes:
        field: the field.
        purpose: what it is to be used for.
        is_allowed: the answer.
        reasons: why not, one sentence each; empty when it is allowed.
    """

    field: str
    purpose: str
    is_allowed: bool
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        answer = "allowed" if self.is_allowed else "refused: " + "; ".join(self.reasons)
        return f"{self.field} for {self.purpose}: {answer}"


class UseRefused(CrmError, PermissionError):
    """The register does not allow a use of fields.

    Attributes:
        decisions: the refused fields, each with its reasons.
    """

    decisions: tuple[Decision, ...]

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self.decisions = tuple(decisions)
        lines = [
            f"{len(self.decisions)} of the fields may not be used for "
            f"{self.decisions[0].purpose!r}:",
            *(f"- {one.field}: {'; '.join(one.reasons)}" for one in self.decisions),
            "What to do: use only fields that were collected for this purpose, or ask "
            "the person.",
        ]
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[UseRefused], tuple[tuple[Decision, ...]]]:
        return UseRefused, (self.decisions,)


@dataclass(frozen=True)
class Erasure:
    """What `FieldRegister.erase` left behind.

    Attributes:
        tables: the tables without the person.
        log: table, erased_on, n_rows_erased, n_rows_kept, fields_erased, fields_kept,
            why_kept: that it was done, and nothing about whom.
    """

    tables: dict[str, pd.DataFrame]
    log: pd.DataFrame


class FieldRegister:
    """What each field was collected for, on what basis, and until when it is kept.

    Purpose limitation, storage limitation, and separate consent for what is sensitive,
    after GDPR art. 5 (1) (b), (c), (e) and 6, and PIPL arts. 6, 13, 28 and 29. A
    teaching tool, not legal advice.

    Args:
        fields: one row per field and purpose: field, purpose, legal_basis (contract,
            consent, legal_duty or none), sensitivity (ordinary or sensitive),
            has_separate_consent (bool), keep_until (a date, the last day; missing
            where none is fixed). Other columns are kept for `export`.

    Raises:
        ContractError: a column is missing or has a value that is not allowed, or a
            field has one purpose twice.

    >>> register = FieldRegister(
    ...     pd.DataFrame(
    ...         {
    ...             "field": ["wife_birthday", "diabetes"],
    ...             "purpose": ["offer", "treatment"],
    ...             "legal_basis": ["consent", "none"],
    ...             "sensitivity": ["ordinary", "sensitive"],
    ...             "has_separate_consent": [False, False],
    ...             "keep_until": pd.to_datetime(["2026-06-24", None]),
    ...         }
    ...     )
    ... )
    >>> print(register.allow("wife_birthday", "offer", on="2025-06-17"))
    wife_birthday for offer: allowed
    >>> register.allow("diabetes", "offer", on="2025-06-17").reasons[0]
    'collected for treatment, not for offer'
    """

    _COLUMNS = MappingProxyType(
        {
            "field": "string",
            "purpose": "string",
            "legal_basis": "string",
            "sensitivity": "string",
            "has_separate_consent": "boolean",
            "keep_until": "date",
        }
    )
    _VALUES = MappingProxyType(
        {
            "legal_basis": ("contract", "consent", "legal_duty", "none"),
            "sensitivity": ("ordinary", "sensitive"),
        }
    )

    def __init__(self, fields: pd.DataFrame) -> None:
        require_columns(
            fields, self._COLUMNS, table_name="register", may_be_missing=["keep_until"]
        )
        for column, allowed in self._VALUES.items():
            wrong = ~fields[column].isin(allowed)
            if wrong.any():
                raise ContractError(
                    f"{int(wrong.sum())} values are not one of the allowed values",
                    table="register",
                    column=column,
                    rows=fields[wrong],
                    remedy=f"allowed are: {', '.join(allowed)}",
                )
        twice = fields.duplicated(["field", "purpose"], keep=False)
        if twice.any():
            raise ContractError(
                f"{int(twice.sum())} rows give a field the same purpose twice",
                table="register",
                column="field",
                rows=fields[twice],
                remedy="keep one row for each field and purpose",
            )
        self._fields = fields.copy()
        self._by_field: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in fields.astype(object).to_dict("records"):
            self._by_field[row["field"]].append({str(k): v for k, v in row.items()})

    @property
    def fields(self) -> pd.DataFrame:
        """The register's table: a copy."""
        return self._fields.copy()

    def allow(self, field: str, purpose: str, *, on: dt.date | str) -> Decision:
        """Say whether *field* may be used for *purpose* on a day.

        It may when the register knows the field for that very purpose, on a legal
        basis, until that day at least, and, if it is sensitive, with a consent of its
        own. What the register does not know is refused.

        Args:
            field: name of the field.
            purpose: what it is to be used for, in the words of the register.
            on: the day of the use.

        Raises:
            ValueError: *on* is no date.
        """
        day = parse_day(on, "on")
        rows = self._by_field.get(field, [])
        if not rows:
            return Decision(field, purpose, False, ("not in the register",))
        fitting = [row for row in rows if row["purpose"] == purpose]
        reasons = []
        if not fitting:
            purposes = " and ".join(sorted(str(row["purpose"]) for row in rows))
            reasons.append(f"collected for {purposes}, not for {purpose}")
        # Without the purpose, the best of its rows says what else stands against it.
        rest = min((_objections(row, day) for row in fitting or rows), key=len)
        reasons += rest
        return Decision(field, purpose, not reasons, tuple(reasons))

    def use(
        self,
        table: pd.DataFrame,
        fields: Sequence[str],
        purpose: str,
        *,
        on: dt.date | str,
    ) -> pd.DataFrame:
        """Return the *fields* of *table*, or refuse the whole use.

        Args:
            table: any table with these columns.
            fields: the columns wanted; customer_id comes along where the table has
                it.
            purpose: what they are to be used for.
            on: the day of the use.

        Returns:
            A copy of these columns.

        Raises:
            UseRefused: at least one field may not be used; each is listed with the
                reasons.
            ContractError: the table lacks a field.
        """
        if isinstance(fields, str):
            raise TypeError(f"fields must be a list of names: [{fields!r}]")
        decisions = [self.allow(name, purpose, on=on) for name in fields]
        refused = [one for one in decisions if not one.is_allowed]
        if refused:
            raise UseRefused(refused)
        require_columns(table, fields, table_name="table", may_be_missing=fields)
        key = [name for name in ("customer_id",) if name in table.columns]
        return table[[*key, *(name for name in fields if name not in key)]].copy()

    def export(
        self, tables: Mapping[str, pd.DataFrame], customer_id: str
    ) -> dict[str, pd.DataFrame]:
        """Return everything that the tables hold about one person.

        Args:
            tables: name -> table with the column customer_id.
            customer_id: the person.

        Returns:
            The person's rows of each table that has some, and under ``"register"``
            what the register says about the columns of those: table, field and the
            register's columns. A column that it does not know is listed, with nothing
            beside it.

        Raises:
            ContractError: a table has no customer_id.
        """
        found: dict[str, pd.DataFrame] = {}
        listed = []
        for name, table in tables.items():
            own = self._rows_of(table, name, customer_id)
            if own.any():
                found[name] = table[own].copy()
                listed += [(name, str(c)) for c in table.columns if c != "customer_id"]
        about = pd.DataFrame(listed, columns=["table", "field"], dtype=object)
        about = about.merge(self._fields.astype({"field": object}), how="left")
        return {**found, "register": about}

    def erase(
        self, tables: Mapping[str, pd.DataFrame], customer_id: str, *, on: dt.date | str
    ) -> Erasure:
        """Erase one person from the tables, except what a law demands to keep.

        A row goes as a whole, unless the register has one of the table's fields under
        a legal duty that lasts beyond *on*: then these fields and the customer_id stay
        and the others are emptied. The tables given are not changed.

        Args:
            tables: name -> table with the column customer_id.
            customer_id: the person.
            on: the day of the erasure.

        Returns:
            The new tables, and a log without personal data. A table in which the
            person does not occur has no line in it.

        Raises:
            ContractError: a table has no customer_id.
            ValueError: *on* is no date.
        """
        day = parse_day(on, "on")
        left: dict[str, pd.DataFrame] = {}
        log = []
        for name, table in tables.items():
            own = self._rows_of(table, name, customer_id)
            columns = [
                str(column) for column in table.columns if column != "customer_id"
            ]
            kept = [column for column in columns if self._must_keep(column, day)]
            erased = [column for column in columns if column not in kept]
            if not own.any():
                left[name] = table.copy()
                continue
            if kept:
                emptied = table.copy()
                for column in erased:
                    nullable = _nullable(table[column].dtype)
                    emptied[column] = table[column].astype(nullable).mask(own)
                left[name] = emptied
            else:
                left[name] = table[~own].copy()
            n = int(own.sum())
            why = "a legal duty to keep them" if kept else ""
            log.append(
                (
                    name,
                    0 if kept else n,
                    n if kept else 0,
                    ", ".join(erased),
                    ", ".join(kept),
                    why,
                )
            )
        table_of_log = _frame(
            log,
            {
                "table": "",
                "n_rows_erased": 0,
                "n_rows_kept": 0,
                "fields_erased": "",
                "fields_kept": "",
                "why_kept": "",
            },
        )
        table_of_log.insert(
            1, "erased_on", pd.to_datetime(pd.Series([day] * len(log), dtype=object))
        )
        return Erasure(tables=left, log=table_of_log)

    def _must_keep(self, field: str, day: dt.datetime) -> bool:
        return any(
            row["legal_basis"] == "legal_duty"
            and not _is_missing(row["keep_until"])
            and pd.Timestamp(row["keep_until"]) >= day
            for row in self._by_field.get(field, [])
        )

    @staticmethod
    def _rows_of(
        table: pd.DataFrame, table_name: str, customer_id: str
    ) -> pd.Series[bool]:
        require_columns(
            table,
            ["customer_id"],
            table_name=table_name,
            may_be_missing=["customer_id"],
        )
        return table["customer_id"].eq(customer_id).fillna(False).astype(bool)


def _objections(row: Mapping[str, Any], day: dt.datetime) -> list[str]:
    """Say what stands against using one entry of the register on *day*."""
    reasons = []
    if row["legal_basis"] == "none":
        reasons.append("no legal basis")
    if _is_missing(row["keep_until"]):
        reasons.append("no last day of keeping is fixed")
    elif pd.Timestamp(row["keep_until"]) < day:
        last = pd.Timestamp(row["keep_until"]).date()
        reasons.append(f"was to be kept until {last} and no longer")
    if row["sensitivity"] == "sensitive" and not row["has_separate_consent"]:
        reasons.append("sensitive, and not consented to by itself")
    return reasons
