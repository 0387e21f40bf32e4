"""What each customer has bought: the purchase summary, and RFM scores made from it.

The module is written in narwhals, so the same call takes a table of pandas, polars or
another engine and gives back a table of the same kind, with the same values. Money is
integer cents and scores are rank arithmetic on integers, so no engine rounds
differently. One path is not narwhals: where the table is in memory and its customers
are numbers or short texts, `summarise` adds up in numpy, with the same result.

**Recency, frequency, monetary.** No primary source fixes the bins, the treatment of
ties or the names of the segments (Hughes 1994 made the method known with fifths). Ours
are written down here:

- A score is ``(customers who are strictly worse) * bins // (all customers) + 1``.
- So equal customers have equal scores: a tied block takes its lowest score. Where four
  customers in ten have a single order, all four have ``f = 1`` and nobody has 2.
- `RFM.cuts` says which value just earns each score.
- `segment_rules` names ten segments, each a box in the cube of 125 score
  combinations; `rfm_segments` lists all 125, each once. They are this course's choice.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Generic, Literal, cast

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrameT

from crmlib.errors import ContractError

__all__ = [
    "RFM",
    "name_segments",
    "parse_day",
    "rfm",
    "rfm_segments",
    "segment_names",
    "segment_rules",
    "summarise",
]

_Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]

# Measure, the column it is read from, and whether a smaller value is better.
_MEASURES = (
    ("r", "days_since_last_order", True),
    ("f", "n_orders", False),
    ("m", "spend_total_cents", False),
)
_MOST_ROWS = 1000  # of a lazy table, in an error
_SLICE = 1 << 20  # rows that the numpy path looks at together
_TEXTS = 1 << 15  # texts: so few that a processor's cache holds them
_NO_DAY = np.iinfo(np.int64).min  # how numpy writes a missing time
_WIDEST = 40  # bytes of a text that the numpy path can number
_MOST_NUMBERS = 1 << 62
_ORDER_COLUMNS = ("customer_id", "ordered_on", "amount_cents")
_PATHS = ("auto", "numpy", "narwhals")


@dataclass(frozen=True, eq=False)
class RFM(Generic[IntoFrameT]):
    """Scores of all customers and the cut points behind them.

    Attributes:
        scores: one row per customer, sorted: ``customer_id, r, f, m``; a score is an
            integer from 1 to bins, and more is better.
        cuts: one row per score that somebody has: ``measure`` (r, f or m), ``score``,
            ``cut`` (the worst value that still earns the score: at most so many days
            for r, at least so many orders or cents for f and m), ``n_customers``.
    """

    scores: IntoFrameT
    cuts: IntoFrameT


def summarise(
    orders: IntoFrameT,
    *,
    as_of: dt.date | str,
    path: Literal["auto", "numpy", "narwhals"] = "auto",
) -> IntoFrameT:
    """Sum up each customer's orders as they stood at the end of the day *as_of*.

    Every row is an order, and two orders on one day count as two. (Models of lifetime
    value count days with an order instead: drop duplicates of customer and day first.)

    Args:
        orders: one row per order, with ``customer_id``, ``ordered_on`` (a date, no time
            of day) and ``amount_cents`` (integer; 100 = 1 yuan). Other columns and the
            order of rows play no part.
        as_of: the last day that counts, as a date or as text ``YYYY-MM-DD``. Orders
            after it are ignored, and so are customers who have no others.
        path: how it is computed, which changes nothing in the result. ``"numpy"`` adds
            up in arrays and needs a pandas or polars table in memory whose customers
            are integers or short texts and whose other columns are plain integers
            and days; ``"narwhals"`` works on every table; ``"auto"`` takes numpy
            where it can.

    Returns:
        The same kind of table, one row per customer, sorted by ``customer_id``:
        ``first_ordered_on``, ``last_ordered_on``, ``days_since_last_order`` (integer;
        0 for an order on *as_of*), ``n_orders``, ``spend_total_cents``.

    Raises:
        ContractError: a column is absent, of another type, or has missing values; the
            failing rows are in ``.rows``.
        ValueError: *as_of* is no day, or *path* is unknown or cannot take this table.

    >>> orders = pd.DataFrame(
    ...     {
    ...         "customer_id": ["C2", "C1", "C1", "C1"],
    ...         "ordered_on": pd.to_datetime(
    ...             ["2025-12-31", "2025-12-01", "2025-12-01", "2026-01-05"]
    ...         ),
    ...         "amount_cents": [9900, 5000, 2500, 70000],
    ...     }
    ... )
    >>> summary = summarise(orders, as_of="2025-12-31")
    >>> summary[["customer_id", "days_since_last_order", "n_orders"]]
      customer_id  days_since_last_order  n_orders
    0          C1                     30         2
    1          C2                      0         1
    """
    if path not in _PATHS:
        raise ValueError(f"no path called {path!r}; there are: {', '.join(_PATHS)}")
    frame = _frame(orders)
    last_day = parse_day(as_of, "as_of")
    if path != "narwhals":
        added_up = _summarise_in_numpy(frame, last_day)
        if added_up is not None:
            return _native(added_up, like=orders)
        if path == "numpy":
            raise ValueError(
                "the numpy path cannot take this table: it needs a pandas or polars "
                "table in memory with at least one row, customers named by integers "
                "or short texts, whole days and integer cents, and nothing missing; "
                "path='narwhals' takes others and says what is wrong with a table"
            )
    _require(
        frame,
        {"customer_id": "key", "ordered_on": "date", "amount_cents": "integer"},
        table="orders",
    )
    date = frame.collect_schema()["ordered_on"]
    if not (date == nw.Date or date == nw.Datetime):  # an empty table without types
        date = nw.Datetime("us")
    known = frame.select(
        nw.col("customer_id"),
        nw.col("ordered_on").cast(date),
        nw.col("amount_cents").cast(nw.Int64),
    ).filter(nw.col("ordered_on") <= nw.lit(last_day))
    since_last = _day_number(last_day) - _day_number(nw.col("last_ordered_on"))
    summary = (
        known.group_by("customer_id")
        .agg(
            nw.col("ordered_on").min().alias("first_ordered_on"),
            nw.col("ordered_on").max().alias("last_ordered_on"),
            nw.len().alias("n_orders"),
            nw.col("amount_cents").sum().alias("spend_total_cents"),
        )
        .with_columns(
            since_last.cast(nw.Int64).alias("days_since_last_order"),
            # DuckDB counts and adds up in types of its own.
            nw.col("n_orders", "spend_total_cents").cast(nw.Int64),
        )
        .select(
            "customer_id",
            "first_ordered_on",
            "last_ordered_on",
            "days_since_last_order",
            "n_orders",
            "spend_total_cents",
        )
        .sort("customer_id")
    )
    return _native(summary, like=orders)


def rfm(summary: IntoFrameT, *, bins: int = 5) -> RFM[IntoFrameT]:
    """Score customers by recency, frequency and monetary value.

    With *n* customers, of whom *k* are strictly worse, the score is
    ``k * bins // n + 1``: integer arithmetic in which a tied block takes its lowest
    score. The best recency is the most recent order.

    Args:
        summary: one row per customer, as `summarise` returns it; needs
            ``customer_id, days_since_last_order, n_orders, spend_total_cents``.
        bins: the highest score, at least 1. With fewer customers than bins the best of
            them does not reach it.

    Returns:
        The scores and the cut points, see `RFM`.

    Raises:
        ContractError: a column is absent, of another type or has missing values, or a
            customer has two rows.
        ValueError: *bins* is not a positive integer.

    >>> summary = pd.DataFrame(
    ...     {
    ...         "customer_id": ["C1", "C2", "C3", "C4", "C5"],
    ...         "days_since_last_order": [200, 10, 90, 30, 400],
    ...         "n_orders": [1, 9, 1, 4, 1],
    ...         "spend_total_cents": [5000, 80000, 7000, 90000, 6000],
    ...     }
    ... )
    >>> scored = rfm(summary)
    >>> scored.scores
      customer_id  r  f  m
    0          C1  2  1  1
    1          C2  5  5  4
    2          C3  3  1  3
    3          C4  4  4  5
    4          C5  1  1  2
    >>> scored.cuts.query("measure == 'f'")
      measure  score  cut  n_customers
    5       f      1    1            3
    6       f      4    4            1
    7       f      5    9            1
    """
    if isinstance(bins, bool) or not isinstance(bins, int) or bins < 1:
        raise ValueError(f"bins must be an integer of at least 1, not {bins!r}")
    frame = _frame(summary)
    columns = {column: "integer" for _, column, _ in _MEASURES}
    _require(frame, {"customer_id": "key", **columns}, table="summary")
    _fail_where(
        frame,
        nw.col("customer_id").is_duplicated(),
        "not unique",
        table="summary",
        column="customer_id",
        remedy="each customer must have one row: make the table with summarise",
    )
    values = frame.select(
        "customer_id",
        *(
            (nw.col(column).cast(nw.Int64) * (-1 if smaller else 1)).alias(measure)
            for measure, column, smaller in _MEASURES
        ),
    )
    scored = values.with_columns(
        (
            (nw.col(measure).rank("min").cast(nw.Int64) - 1)
            * bins
            // nw.len().cast(nw.Int64)
            + 1
        )
        .cast(nw.Int64)
        .alias(f"{measure}_score")
        for measure, _, _ in _MEASURES
    )
    scores = scored.select(
        "customer_id",
        *(nw.col(f"{measure}_score").alias(measure) for measure, _, _ in _MEASURES),
    ).sort("customer_id")
    cuts = [
        scored.group_by(f"{measure}_score")
        .agg(nw.col(measure).min().alias("cut"), nw.len().alias("n_customers"))
        .select(
            nw.lit(measure).alias("measure"),
            nw.col(f"{measure}_score").alias("score"),
            nw.col("cut") * (-1 if smaller else 1),
            nw.col("n_customers").cast(nw.Int64),
        )
        .sort("score")
        for measure, _, smaller in _MEASURES
    ]
    return RFM(
        scores=_native(scores, like=summary),
        cuts=_native(nw.concat(cast(Any, cuts)), like=summary),
    )


def name_segments(scores: IntoFrameT) -> IntoFrameT:
    """Add the column ``segment`` to RFM scores from 1 to 5.

    Args:
        scores: a table with the integer columns ``r, f, m``, each from 1 to 5, such as
            ``rfm(summary).scores``.

    Returns:
        The same table with ``segment`` (text) added, rows in the same order.

    Raises:
        ContractError: a column is absent or holds anything but 1, 2, 3, 4, 5.

    >>> scores = pd.DataFrame({"customer_id": ["C1", "C2"], "r": [5, 1],
    ...                        "f": [5, 1], "m": [4, 2]})
    >>> name_segments(scores)
      customer_id  r  f  m    segment
    0          C1  5  5  4  champions
    1          C2  1  1  2       lost
    """
    frame = _frame(scores)
    _require(frame, dict.fromkeys("rfm", "integer"), table="scores")
    for measure in "rfm":
        outside = ~nw.col(measure).is_between(1, 5)
        _fail_where(
            frame,
            outside,
            "outside 1 to 5",
            table="scores",
            column=measure,
            remedy="the segment table is made for five bins: call rfm with bins=5",
        )
    cells = rfm_segments()
    cell = nw.col("r") * 100 + nw.col("f") * 10 + nw.col("m")
    named = frame.with_columns(
        cell.cast(nw.Int64)
        .replace_strict(
            (cells["r"] * 100 + cells["f"] * 10 + cells["m"]).tolist(),
            cells["segment"].tolist(),
            default=None,  # never met, and DuckDB asks for one
            return_dtype=nw.String,
        )
        .alias("segment")
    )
    return cast(IntoFrameT, named.to_native())


def rfm_segments() -> pd.DataFrame:
    """Return all 125 combinations of scores, each once, with the segment's name.

    Returns:
        Columns ``r, f, m`` (integers 1 to 5) and ``segment`` (text); shape (125, 4).

    >>> cells = rfm_segments()
    >>> cells.shape, cells["segment"].nunique()
    ((125, 4), 10)
    """
    return _table("rfm_segments.csv").copy()


def segment_rules() -> pd.DataFrame:
    """Return the rule behind each segment: a box of scores, and what it means.

    The names and the rules are this course's own choice; no primary source fixes them.

    Returns:
        One row per segment, best first: ``segment``, the smallest and largest score
        that belongs to it (``r_from, r_to, f_from, f_to, m_from, m_to``), ``meaning``.
        Shape (10, 8).

    >>> segment_rules()[["segment", "meaning"]].head(3)
           segment                                  meaning
    0    champions       here lately, often, for much money
    1     regulars  here lately and often, for little money
    2  big baskets  here lately, seldom, but for much money
    """
    return _table("rfm_rules.csv").copy()


def segment_names() -> tuple[str, ...]:
    """Return the names of the ten segments, best first.

    >>> segment_names()[0], segment_names()[-1]
    ('champions', 'lost')
    """
    return tuple(_table("rfm_rules.csv")["segment"])


@cache
def _table(name: str) -> pd.DataFrame:
    path = resources.files("crmlib") / "_tables" / name
    with path.open(encoding="utf-8") as file:
        return pd.read_csv(file)


def parse_day(day: dt.date | str, name: str) -> dt.datetime:
    """Return midnight of *day*, the argument called *name*: what dates compare with.

    Args:
        day: a date, or text ``YYYY-MM-DD``.
        name: the argument's name, for the message.

    Raises:
        ValueError: it is neither.

    >>> parse_day("2025-12-31", "as_of")
    datetime.datetime(2025, 12, 31, 0, 0)
    """
    wrong = f"{name} must be a date or text such as '2025-12-31', not {day!r}"
    if isinstance(day, str):
        try:
            day = dt.date.fromisoformat(day)
        except ValueError as error:
            raise ValueError(wrong) from error
    if not isinstance(day, dt.date) or pd.isna(day):
        raise ValueError(wrong)
    return dt.datetime(day.year, day.month, day.day)


# --------------------------------------------------- the numpy path: adding up by place


def _summarise_in_numpy(
    frame: _Frame, last_day: dt.datetime
) -> nw.DataFrame[Any] | None:
    """Add up each customer's orders in arrays; None when the table is not for it.

    Each customer has a place in five arrays (a row, count, first day, last day, sum),
    and one pass over the orders brings each to its place: no sorting, no hashing, and
    no copy of the table, for the pass takes a slice at a time. Customers named by
    texts are numbered first, see `_numbered`. What is wrong with a table is left to
    the other path to say.
    """
    columns = _plain_columns(frame)
    if columns is None:
        return None
    customers, stamps, cents = columns
    least, most = int(customers.min()), int(customers.max())
    places: Any
    if most - least < len(customers):
        places, n_places = customers, most - least + 1
    else:  # numbers far apart, such as telephone numbers
        known, places = np.unique(customers, return_inverse=True)
        least, n_places = 0, len(known)
    per_day = int(np.timedelta64(1, "D") / np.timedelta64(1, _unit(stamps)))
    last = int(np.datetime64(last_day, "D").astype("int64"))

    row = np.zeros(n_places, dtype="int64")  # any of the customer's
    n_orders = np.zeros(n_places, dtype="int64")
    first_day = np.full(n_places, np.iinfo("int64").max, dtype="int64")
    latest_day = np.full(n_places, _NO_DAY, dtype="int64")
    spend = np.zeros(n_places, dtype="int64")
    for begin in range(0, len(places), _SLICE):
        part = slice(begin, begin + _SLICE)
        stamp = stamps[part].view("int64")
        day = stamp // per_day
        if stamp.min() == _NO_DAY or (day * per_day != stamp).any():
            return None
        place = places[part].astype("int64") - least
        amount = cents[part].astype("int64")
        row[place] = np.arange(begin, begin + len(place))
        if (later := day > last).any():
            place, day, amount = place[~later], day[~later], amount[~later]
        np.add.at(n_orders, place, 1)
        np.minimum.at(first_day, place, day)
        np.maximum.at(latest_day, place, day)
        np.add.at(spend, place, amount)

    (bought,) = n_orders.nonzero()
    first_day, latest_day = first_day[bought], latest_day[bought]
    ids = cast(nw.DataFrame[Any], frame)["customer_id"][row[bought]]
    native = ids.to_native()
    arrays = {
        "customer_id": native.array if isinstance(native, pd.Series) else native,
        "first_ordered_on": (first_day * per_day).view(stamps.dtype),
        "last_ordered_on": (latest_day * per_day).view(stamps.dtype),
        "days_since_last_order": last - latest_day,
        "n_orders": n_orders[bought],
        "spend_total_cents": spend[bought],
    }
    date = frame.collect_schema()["ordered_on"]
    made = nw.from_dict(arrays, backend=frame.implementation)
    return made.with_columns(nw.col("first_ordered_on", "last_ordered_on").cast(date))


def _plain_columns(
    frame: _Frame,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]] | None:
    """Return the three columns as arrays of numbers and times, or None."""
    kind = frame.implementation
    is_known = kind.is_pandas() or kind.is_polars()
    if not (is_known and isinstance(frame, nw.DataFrame) and len(frame)):
        return None
    if any(column not in frame.columns for column in _ORDER_COLUMNS):
        return None
    customers, stamps, cents = (frame[column] for column in _ORDER_COLUMNS)
    days, amounts = _plain(stamps, "M"), _plain(cents, "iu")
    if days is None or amounts is None:
        return None  # before a text is looked at in vain
    is_text = customers.dtype == nw.String
    numbers = _numbered(customers) if is_text else _plain(customers, "iu")
    return None if numbers is None else (numbers, days, amounts)


def _plain(values: nw.Series[Any], kinds: str) -> np.ndarray[Any, Any] | None:
    """Return a column as an array of one of these kinds of numpy, or None."""
    dtype = getattr(values.to_native(), "dtype", None)
    if values.implementation.is_pandas() and not isinstance(dtype, np.dtype):
        return None  # an extension type, such as Int64 or a time zone
    if not (values.dtype.is_integer() or values.dtype.is_temporal()):
        return None  # text is not turned into an array only to be refused
    array = values.to_numpy()
    # A polars column with missing values comes out as floats, and 64 bits without a
    # sign may not fit into the sums.
    if array.dtype.kind not in kinds or array.dtype == np.uint64:
        return None
    return array


def _numbered(texts: nw.Series[Any]) -> np.ndarray[Any, Any] | None:
    """Number texts, equal ones alike, in the order in which they sort.

    A text is a row of bytes, filled up with zeros; in UTF-8 bytes sort as characters
    do. The rows are then read as a mileage counter whose wheels differ in size: the
    wheel at each place has a figure for every byte that the table has there. So C00001
    to C99999 become numbers of five figures, with neither hashing nor sorting. None
    where a text is missing, has a zero inside, or is longer than such numbers reach.
    """
    blocks = []
    seen = np.zeros((_WIDEST, 256), dtype=bool)
    for begin in range(0, len(texts), _TEXTS):
        part = texts[begin : begin + _TEXTS].to_list()
        try:
            joined = "\0".join(part).encode() + b"\0"
        except (TypeError, UnicodeEncodeError):  # a missing text, or half a character
            return None
        flat = np.frombuffer(joined, dtype="uint8")
        (ends,) = np.nonzero(flat == 0)
        if len(ends) != len(part):  # there is a zero inside a text
            return None
        begins = np.append(0, ends[:-1] + 1)
        width = int((ends - begins).max())
        if width > _WIDEST:
            return None
        block = np.empty((width, len(part)), dtype="uint8")
        for at in range(width):
            block[at] = flat[np.minimum(begins + at, ends)]
            seen[at] |= np.bincount(block[at], minlength=256) > 0
        seen[width:, 0] = True
        blocks.append(block)
        if math.prod(seen.sum(axis=1).tolist()) > _MOST_NUMBERS:
            return None
    figures = seen.cumsum(axis=1) - 1
    turning = np.flatnonzero(figures[:, -1]).tolist()
    numbers = np.zeros(len(texts), dtype="int64")
    for block, begin in zip(blocks, range(0, len(texts), _TEXTS), strict=True):
        number = numbers[begin : begin + _TEXTS]
        for at in turning:
            number *= figures[at, -1] + 1
            if at < len(block):
                number += figures[at].take(block[at])
    return numbers


def _unit(stamps: np.ndarray[Any, Any]) -> Any:
    return np.datetime_data(stamps.dtype)[0]


def _day_number(day: Any) -> Any:
    """Return the Julian day number of a date, or of a column of dates.

    In integers, because Spark subtracts no dates in narwhals. The rule is that of
    Fliegel and Van Flandern 1968, Communications of the ACM 11 (10).
    """
    if isinstance(day, dt.datetime):
        return day.toordinal() + 1_721_425
    year, month, of_month = (
        part.cast(nw.Int64) for part in (day.dt.year(), day.dt.month(), day.dt.day())
    )
    late = (14 - month) // 12  # January and February belong to the year before
    year, month = year + 4800 - late, month + 12 * late - 3
    leap_days = year // 4 - year // 100 + year // 400
    return of_month + (153 * month + 2) // 5 + 365 * year + leap_days - 32_045


def _frame(native: Any) -> _Frame:
    try:
        return cast(_Frame, nw.from_native(native))
    except TypeError as error:
        raise TypeError(
            "a table is needed, such as a DataFrame of pandas or polars, not "
            f"{type(native).__name__}"
        ) from error


def _native(frame: _Frame, *, like: IntoFrameT) -> IntoFrameT:
    """Return a new table of the kind of *like*; a pandas one is numbered from 0."""
    native = frame.to_native()
    if isinstance(native, pd.DataFrame):
        native = native.reset_index(drop=True)
    return cast(IntoFrameT, native)


# ------------------------------------------------------------- contracts, any engine


def _require(frame: _Frame, columns: dict[str, str], *, table: str) -> None:
    """Check that the columns are there, of their type ("key", "date", "integer")."""
    schema = frame.collect_schema()
    for column, kind in columns.items():
        if column not in schema:
            raise ContractError(
                "the column is missing",
                table=table,
                column=column,
                remedy="add it or rename a column (there are: "
                f"{', '.join(schema) or 'none'})",
            )
        if isinstance(frame, nw.DataFrame) and len(frame) == 0:
            continue  # an empty table says nothing about its types
        if kind == "integer":
            _require_integers(frame, schema[column], table=table, column=column)
        elif kind == "date":
            _require_dates(frame, schema[column], table=table, column=column)
        _fail_where(
            frame,
            nw.col(column).is_null(),
            "missing",
            table=table,
            column=column,
            remedy="fill in or drop these rows",
        )


def _require_integers(
    frame: _Frame, dtype: nw.dtypes.DType, *, table: str, column: str
) -> None:
    if dtype.is_integer():
        return
    if dtype.is_float():
        value = nw.col(column)
        _fail_where(
            frame,
            value.is_null() | value.is_nan() | (value % 1 != 0),
            "missing or not whole numbers",
            table=table,
            column=column,
            remedy="fill in or drop these rows; money is counted in whole cents",
        )
    raise ContractError(
        f"whole numbers are needed here, and the column is {dtype}",
        table=table,
        column=column,
        rows=_rows(frame),
        remedy="convert the column to 64-bit integers",
    )


def _require_dates(
    frame: _Frame, dtype: nw.dtypes.DType, *, table: str, column: str
) -> None:
    if dtype == nw.Date:
        return
    if not isinstance(dtype, nw.Datetime):
        raise ContractError(
            f"dates are needed here, and the column is {dtype}",
            table=table,
            column=column,
            rows=_rows(frame),
            remedy="convert the column, in pandas with pandas.to_datetime",
        )
    if dtype.time_zone is not None:
        raise ContractError(
            f"dates without a time zone are needed, and this one is {dtype.time_zone}",
            table=table,
            column=column,
            rows=_rows(frame),
            remedy="convert to the shop's local day first",
        )
    _fail_where(
        frame,
        nw.col(column) != nw.col(column).dt.truncate("1d"),
        "not a whole day: there is a time of day in it",
        table=table,
        column=column,
        remedy="cut the time of day off first",
    )


def _fail_where(
    frame: _Frame,
    bad: nw.Expr,
    what: str,
    *,
    table: str,
    column: str,
    remedy: str,
) -> None:
    rows = _rows(frame, bad)
    if n := len(rows):
        raise ContractError(
            f"{n:,} value{' is' if n == 1 else 's are'} {what}",
            table=table,
            column=column,
            rows=rows,
            remedy=remedy,
        )


def _rows(frame: _Frame, bad: nw.Expr | None = None) -> pd.DataFrame:
    """Return failing rows as pandas rows that keep their label or their position."""
    if isinstance(frame, nw.LazyFrame):
        chosen = (frame if bad is None else frame.filter(bad)).head(_MOST_ROWS)
        # Databases would answer with a pyarrow table, which may not be installed.
        in_polars = chosen.implementation.is_polars()
        rows = chosen.collect() if in_polars else chosen.collect("pandas")
        return pd.DataFrame(rows.to_dict(as_series=False))
    if isinstance(frame.to_native(), pd.DataFrame):
        chosen_native = (frame if bad is None else frame.filter(bad)).to_native()
        return cast(pd.DataFrame, chosen_native)
    numbered = frame.with_row_index("__position__")
    rows = numbered if bad is None else numbered.filter(bad)
    found = pd.DataFrame(rows.to_dict(as_series=False)).set_index("__position__")
    return found.rename_axis(None)
