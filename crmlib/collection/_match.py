"""Which rows are one customer: blocking, comparison, decision, and its score."""

from __future__ import annotations

import importlib
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from crmlib.collection._normal import (
    HAN,
    address_parts,
    fold,
    name_key,
    normalise_email,
    normalise_name,
    normalise_phone,
    text_or_none,
)
from crmlib.collection._tables import FIELDS, check_row_ids, frame, text_dtype
from crmlib.datasets import require_columns
from crmlib.errors import ContractError

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
    check_row_ids(records, "records")
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
        dtype=text_dtype(),
    )
    return Match(
        pairs=frame(
            pairs, {"left": "", "right": "", "score": 0, "decision": "", "reasons": ""}
        ),
        clusters=found,
        skipped=frame(skipped, {"block": "", "value": "", "n_rows": 0}),
    )


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
        written = text_or_none(address)
        parts = address_parts(written) if written is not None else {}
        town = address_parts(text_or_none(city) or "").get("city") or parts.get("city")
        company_text = text_or_none(company)
        prepared.append(
            _Record(
                row_id=row_id,
                name=normalise_name(name),
                key=name_key(name),
                phone=normalise_phone(phone, area_code=area_code),
                email=normalise_email(email),
                company=None
                if company_text is None
                else " ".join(re.findall(r"\w+", fold(company_text))) or None,
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
        in_characters = bool(re.match(f"[{HAN}]", a.name)) + bool(
            re.match(f"[{HAN}]", b.name)
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
        scripts = {bool(re.search(f"[{HAN}]", name)) for name in (a.company, b.company)}
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
    check_row_ids(records, "records")
    require_columns(records, on, table_name="records", may_be_missing=on)
    groups: dict[tuple[Any, ...], list[str]] = {}
    values = [records[column].tolist() for column in on]
    for row_id, *row in zip(records["row_id"].tolist(), *values, strict=True):
        key: tuple[Any, ...] = tuple(row)
        if not on or any(text_or_none(value) is None for value in row):
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
        dtype=text_dtype(),
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
    check_row_ids(table, table_name)
    names = ("customer_key", "person_id")
    if table_name == "truth":
        names = names[::-1]
    key = next((name for name in names if name in table.columns), names[0])
    require_columns(table, [key], table_name=table_name)
    return table.set_index("row_id")[key]


def _n_pairs(sizes: pd.Series[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.tolist())
