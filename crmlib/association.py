"""What is bought together: support, confidence and lift, and how luck imitates them.

A rule "who buys A buys B" has a support (share of the baskets with both), a confidence
(share of the baskets with A that hold B too) and a lift (confidence over B's own share:
1 when A says nothing about B). Source: Agrawal, Imieliński and Swami 1993; lift by
Brin, Motwani, Ullman and Tsur 1997.

The legend of beer and nappies is about *stores*: those that sold many nappies sold much
beer. `store_correlation` shows what the size of the stores has to do with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from crmlib.datasets import require_columns
from crmlib.errors import ContractError

__all__ = [
    "ManyRules",
    "benjamini_hochberg",
    "bonferroni",
    "fisher_p",
    "many_rules",
    "rules",
    "shuffled",
    "store_correlation",
    "unpack",
    "wilson_interval",
]

_RULE_COLUMNS = [
    "antecedent",
    "consequent",
    "n_baskets",
    "n_antecedent",
    "n_consequent",
    "n_both",
    "support",
    "confidence",
    "confidence_low",
    "confidence_high",
    "lift",
    "lift_low",
    "lift_high",
    "p_value",
]


# ---------------------------------------------------------------- rules


def unpack(baskets: pd.DataFrame) -> pd.DataFrame:
    """Turn one row per basket into one row per basket and item.

    Args:
        baskets: ``basket_id`` and ``items``, the items of a basket as one text with
            ``;`` between them.

    Returns:
        ``basket_id, item``, in the order of *baskets*, each item of a basket once.

    Raises:
        ContractError: a column is absent or has missing values, or a basket appears
            twice.

    >>> unpack(pd.DataFrame({"basket_id": ["B1", "B2"], "items": ["beer; tea", "tea"]}))
      basket_id  item
    0        B1  beer
    1        B1   tea
    2        B2   tea
    """
    require_columns(baskets, {"basket_id": "", "items": "string"}, table_name="baskets")
    _one_each(baskets)
    lists = baskets["items"].astype(object).str.split(";")
    table = pd.DataFrame({"basket_id": baskets["basket_id"], "item": lists}).explode(
        "item", ignore_index=True
    )
    table["item"] = table["item"].astype("str").str.strip()
    table = table[table["item"] != ""]
    return table.drop_duplicates(ignore_index=True)


def rules(
    baskets: pd.DataFrame,
    *,
    min_support: float = 0.0,
    n_baskets: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return every rule "who buys A buys B" for pairs that occur together.

    Args:
        baskets: one row per basket and item: ``basket_id, item``; repeats count once.
        min_support: least share of the baskets that must hold both, 0 to 1.
        n_baskets: number of baskets, when some hold none of the items and so have no
            row; the baskets in the table when None.
        confidence: of the intervals, above 0 and below 1.

    Returns:
        Two rows per pair, one in each direction, highest lift first, equals by name:
        ``antecedent, consequent, n_baskets, n_antecedent, n_consequent, n_both,
        support, confidence`` with Wilson's interval ``confidence_low,
        confidence_high``; ``lift`` with ``lift_low, lift_high`` (normal interval of its
        logarithm, delta method); ``p_value`` (Fisher's exact test, two-sided, that A
        and B are independent; the same in both directions). No rows when no pair
        reaches the support.

    Raises:
        ContractError: a column is absent or has missing values.
        ValueError: *min_support* is not from 0 to 1, *confidence* not between 0 and 1,
            or *n_baskets* below the number of baskets in the table.

    >>> baskets = pd.DataFrame({"basket_id": [1, 1, 2, 2, 3, 4, 4, 5],
    ...     "item": ["beer", "soap", "beer", "soap", "beer", "beer", "tea", "tea"]})
    >>> table = rules(baskets)
    >>> table.loc[[0, 1], ["antecedent", "consequent", "support", "confidence", "lift"]]
      antecedent consequent  support  confidence  lift
    0       beer       soap      0.4         0.5  1.25
    1       soap       beer      0.4         1.0  1.25
    """
    require_columns(baskets, ["basket_id", "item"], table_name="baskets")
    if not 0 <= min_support <= 1:
        raise ValueError(f"min_support must be from 0 to 1, not {min_support!r}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, not {confidence!r}")
    place, _ = pd.factorize(baskets["basket_id"])
    kind, names = pd.factorize(baskets["item"], sort=True)
    seen = int(place.max(initial=-1)) + 1
    n = seen if n_baskets is None else n_baskets
    if n < seen:
        raise ValueError(f"n_baskets is {n}, and the table has {seen} baskets")
    held = np.zeros((seen, len(names)))
    held[place, kind] = 1.0
    # Whole numbers up to 2**53 are exact in float64, and its product is fast.
    both = (held.T @ held).round().astype("int64")
    alone = np.diag(both)
    least = max(math.ceil(min_support * n - 1e-9), 1)
    one, other = np.nonzero((both >= least) & ~np.eye(len(names), dtype=bool))
    if not len(one):
        return _no_rules()
    n_one, n_other, n_both = alone[one], alone[other], both[one, other]
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    low, high = _wilson(n_both, n_one, z)
    lift = n_both * n / (n_one * n_other)
    variance = 1 / n_both - 1 / n_one - 1 / n_other + (2 * lift - 1) / n
    reach = np.exp(z * np.sqrt(np.maximum(variance, 0)))
    table = pd.DataFrame(
        {
            "antecedent": np.asarray(names)[one],
            "consequent": np.asarray(names)[other],
            "n_baskets": n,
            "n_antecedent": n_one,
            "n_consequent": n_other,
            "n_both": n_both,
            "support": n_both / n,
            "confidence": n_both / n_one,
            "confidence_low": low,
            "confidence_high": high,
            "lift": lift,
            "lift_low": lift / reach,
            "lift_high": lift * reach,
            "p_value": _fisher(n_both, n_one, n_other, n=n),
        }
    )
    pair = pd.DataFrame({"a": np.minimum(one, other), "b": np.maximum(one, other)})
    order = np.lexsort((one, pair["b"], pair["a"], -lift.round(12)))
    return table.iloc[order].reset_index(drop=True)


def _no_rules() -> pd.DataFrame:
    text, whole = ("antecedent", "consequent"), "n_"
    return pd.DataFrame(
        {
            name: pd.Series(
                dtype="str"
                if name in text
                else "int64"
                if name.startswith(whole)
                else "float64"
            )
            for name in _RULE_COLUMNS
        }
    )


def wilson_interval(
    hits: int, n: int, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Return Wilson's score interval for a share.

    Args:
        hits: how many did, from 0 to *n*.
        n: how many could, at least 1.
        confidence: above 0 and below 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: Wilson 1927, Journal of the American Statistical Association 22.

    >>> low, high = wilson_interval(81, 263)
    >>> round(low, 4), round(high, 4)
    (0.2553, 0.3662)
    """
    if n < 1 or not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, not {confidence!r}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    low, high = _wilson(np.array([hits]), np.array([n]), z)
    return float(low[0]), float(high[0])


def fisher_p(n_both: int, n_one: int, n_other: int, n: int) -> float:
    """Return the two-sided p-value of Fisher's exact test.

    It is the chance, if two items were independent and occurred as often as they do, of
    a number of joint baskets that is no more likely than the one seen.

    Args:
        n_both: baskets with both items.
        n_one: baskets with the first.
        n_other: baskets with the second.
        n: all baskets.

    Raises:
        ValueError: there can be no such table of counts.

    Source: Fisher 1935, The Design of Experiments, chapter 2: of eight cups, four with
    the milk first, three of the four were named rightly.

    >>> round(fisher_p(3, 4, 4, 8), 4)
    0.4857
    """
    if not max(0, n_one + n_other - n) <= n_both <= min(n_one, n_other) <= n:
        raise ValueError(
            f"{n_both} of both, {n_one} and {n_other} of each and {n} in all cannot be"
        )
    one_each = (np.array([count]) for count in (n_both, n_one, n_other))
    return float(_fisher(*one_each, n=n)[0])


def _fisher(n_both: Any, n_one: Any, n_other: Any, *, n: int) -> Any:
    """Return Fisher's p for arrays of counts."""
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    known: dict[tuple[int, int, int], float] = {}
    result = np.empty(len(n_both))
    for i, (k, a, b) in enumerate(
        zip(n_both.tolist(), n_one.tolist(), n_other.tolist(), strict=True)
    ):
        key = (k, min(a, b), max(a, b))
        if key not in known:
            known[key] = _fisher_one(*key, n, log_factorial)
        result[i] = known[key]
    return result


def _fisher_one(k: int, a: int, b: int, n: int, log_factorial: Any) -> float:
    lowest = max(0, a + b - n)
    possible = np.arange(lowest, min(a, b) + 1)
    logs = (
        log_factorial[a]
        + log_factorial[n - a]
        + log_factorial[b]
        + log_factorial[n - b]
        - log_factorial[n]
        - log_factorial[possible]
        - log_factorial[a - possible]
        - log_factorial[b - possible]
        - log_factorial[n - a - b + possible]
    )
    chance = np.exp(logs)
    # Equal chances must count as equal whatever their last digits.
    as_rare = logs <= logs[k - lowest] + 1e-7
    return float(min(chance[as_rare].sum() / chance.sum(), 1.0))


# ---------------------------------------------------------------- many rules


@dataclass(frozen=True)
class ManyRules:
    """What is left of many rules when it is counted how many were tried.

    Attributes:
        level: the level of the tests.
        n_tried: how many pairs were tested.
        expected_by_luck: how many of them would pass the plain test if no pair were
            associated: level times n_tried, at most (the exact test passes fewer).
        n_plain: how many pass the plain test.
        n_bonferroni: how many pass with Bonferroni's correction.
        n_false_discovery: how many pass when the false discovery rate is held at the
            level, by Benjamini and Hochberg.
        table: one row per pair listed, lowest p-value first: ``item, other, n_both,
            lift, p_value, p_bonferroni, p_false_discovery, plain, bonferroni,
            false_discovery`` (the last three true or false).
    """

    level: float
    n_tried: int
    expected_by_luck: float
    n_plain: int
    n_bonferroni: int
    n_false_discovery: int
    table: pd.DataFrame


def many_rules(
    found: pd.DataFrame, *, level: float = 0.05, n_tried: int | None = None
) -> ManyRules:
    """Ask which of many rules hold once it is counted how many were tried.

    Args:
        found: from `rules`; the two directions of a pair are one test.
        level: of the tests, above 0 and below 1.
        n_tried: how many pairs were tested, when *found* lists only some of them; the
            pairs listed when None. Listing only the pairs that look good and counting
            only those is the mistake this argument is for.

    Raises:
        ContractError: a column is absent or has missing values, or a p-value is not
            from 0 to 1.
        ValueError: *level* is not between 0 and 1, or *n_tried* is below the number of
            pairs listed.

    >>> found = pd.DataFrame({"antecedent": ["a", "b", "a", "c"],
    ...     "consequent": ["b", "a", "c", "a"], "n_both": [9, 9, 5, 5],
    ...     "lift": [2.0, 2.0, 1.2, 1.2], "p_value": [0.001, 0.001, 0.04, 0.04]})
    >>> result = many_rules(found)
    >>> result.n_tried, result.n_plain, result.n_bonferroni, result.n_false_discovery
    (2, 2, 1, 2)
    """
    require_columns(
        found,
        {
            "antecedent": "",
            "consequent": "",
            "n_both": "integer",
            "lift": "number",
            "p_value": "number",
        },
        table_name="rules",
    )
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level!r}")
    ends = [
        tuple(sorted(pair))
        for pair in zip(
            found["antecedent"].tolist(), found["consequent"].tolist(), strict=True
        )
    ]
    table = pd.DataFrame(
        {
            "item": [pair[0] for pair in ends],
            "other": [pair[1] for pair in ends],
            "n_both": found["n_both"].to_numpy(dtype="int64"),
            "lift": found["lift"].to_numpy(dtype=float),
            "p_value": found["p_value"].to_numpy(dtype=float),
        }
    ).drop_duplicates(["item", "other"])
    table = table.sort_values(["p_value", "item", "other"], ignore_index=True)
    n = len(table) if n_tried is None else n_tried
    plain = table["p_value"]
    table["p_bonferroni"] = bonferroni(plain, n_tried=n)
    table["p_false_discovery"] = benjamini_hochberg(plain, n_tried=n)
    table["plain"] = plain <= level
    table["bonferroni"] = table["p_bonferroni"] <= level
    table["false_discovery"] = table["p_false_discovery"] <= level
    return ManyRules(
        level=level,
        n_tried=n,
        expected_by_luck=level * n,
        n_plain=int(table["plain"].sum()),
        n_bonferroni=int(table["bonferroni"].sum()),
        n_false_discovery=int(table["false_discovery"].sum()),
        table=table,
    )


def bonferroni(
    p_values: pd.Series[Any], *, n_tried: int | None = None
) -> pd.Series[Any]:
    """Return the p-values times the number of tests, at most 1.

    Held against a level, they keep the chance of even one false finding below it.

    Args:
        p_values: numbers from 0 to 1.
        n_tried: number of tests, when only some of their p-values are given.

    Raises:
        ContractError: a p-value is missing or not from 0 to 1.
        ValueError: *n_tried* is below the number of p-values.

    >>> bonferroni(pd.Series([0.01, 0.5])).tolist()
    [0.02, 1.0]
    """
    values, n = _p_values(p_values, n_tried)
    return pd.Series(np.minimum(values * n, 1.0), index=p_values.index)


def benjamini_hochberg(
    p_values: pd.Series[Any], *, n_tried: int | None = None
) -> pd.Series[Any]:
    """Return p-values adjusted so that a level bounds the false discovery rate.

    With the p-values sorted upwards, the i-th becomes the least of ``p_j * n / j`` over
    all j from i on. Of the findings at a level of 0.05, 5 % at most are expected to be
    false, if the tests are independent (or positively dependent).

    Args:
        p_values: numbers from 0 to 1.
        n_tried: number of tests, when only some of their p-values are given; the others
            are taken to be larger than these.

    Returns:
        The adjusted values with the index of *p_values*.

    Raises:
        ContractError: a p-value is missing or not from 0 to 1.
        ValueError: *n_tried* is below the number of p-values.

    Source: Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57.

    >>> benjamini_hochberg(pd.Series([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    values, n = _p_values(p_values, n_tried)
    order = np.argsort(values, kind="stable")
    # Rounding may not make a value smaller than it was.
    steps = np.maximum(values[order] * n / np.arange(1, len(values) + 1), values[order])
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return pd.Series(adjusted, index=p_values.index)


def shuffled(baskets: pd.DataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """Return baskets in which every item is bought as often, and nothing goes together.

    Each item keeps its number of baskets, drawn anew among all baskets. Whatever rule
    is found here, luck has made.

    Args:
        baskets: one row per basket and item: ``basket_id, item``; repeats count once.
        rng: where the luck comes from.

    Returns:
        ``basket_id, item``, sorted by item and then as the baskets first appear. A
        basket may end up empty and so have no row: pass the old number of baskets to
        `rules`.

    Raises:
        ContractError: a column is absent or has missing values.

    >>> baskets = pd.DataFrame({"basket_id": [1, 1, 2, 3],
    ...                         "item": ["beer", "nappies", "beer", "tea"]})
    >>> shuffled(baskets, rng=np.random.default_rng(1))["item"].tolist()
    ['beer', 'beer', 'nappies', 'tea']
    """
    require_columns(baskets, ["basket_id", "item"], table_name="baskets")
    once = baskets[["basket_id", "item"]].drop_duplicates()
    every = pd.Series(once["basket_id"].unique())
    parts = []
    for item, number in once["item"].value_counts().sort_index().items():
        chosen = np.sort(rng.choice(len(every), size=int(number), replace=False))
        parts.append(pd.DataFrame({"basket_id": every.iloc[chosen], "item": item}))
    if not parts:
        return once.reset_index(drop=True)
    return pd.concat(parts, ignore_index=True)


# ---------------------------------------------------------------- stores


def store_correlation(
    stores: pd.DataFrame,
    *,
    x: str,
    y: str,
    size: str,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Correlate two totals over stores, as they are and divided by the stores' size.

    Big stores sell more of everything, so raw totals go together whatever is in the
    baskets. Dividing by size takes that out. It can also put a correlation in: two
    rates share their divisor, and where that is measured with error they move together
    by it alone (Pearson 1897).

    Args:
        stores: one row per store with the columns named below.
        x: column of one total.
        y: column of the other total.
        size: column of the size, above 0, such as the number of receipts.
        confidence: of the interval, above 0 and below 1.

    Returns:
        Two rows: ``measure`` ("totals", "per <size>"), ``n_stores``, ``correlation``
        (Pearson's) and its interval ``low, high`` (Fisher's z). Missing when there are
        fewer than two stores or one of the two does not vary; the interval also with
        fewer than four stores.

    Raises:
        ContractError: a column is absent, no number or has missing values, or a size is
            not above 0.
        ValueError: *confidence* is not between 0 and 1.

    >>> stores = pd.DataFrame({"beer": [10, 40, 30, 80], "nappies": [10, 20, 60, 80],
    ...                        "receipts": [100, 200, 300, 400]})
    >>> table = store_correlation(stores, x="beer", y="nappies", size="receipts")
    >>> table.round(2)[["measure", "n_stores", "correlation"]]
            measure  n_stores  correlation
    0        totals         4         0.79
    1  per receipts         4         0.00
    """
    require_columns(stores, dict.fromkeys([x, y, size], "number"), table_name="stores")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, not {confidence!r}")
    sizes = stores[size].to_numpy(dtype=float)
    if (sizes <= 0).any():
        raise ContractError(
            "a size is not above 0",
            table="stores",
            column=size,
            rows=stores[sizes <= 0],
            remedy="correct or drop these rows",
        )
    one, other = (stores[name].to_numpy(dtype=float) for name in (x, y))
    rows = []
    for measure, first, second in (
        ("totals", one, other),
        (f"per {size}", one / sizes, other / sizes),
    ):
        r = _pearson(first, second)
        low, high = _fisher_z(r, len(stores), confidence)
        rows.append((measure, len(stores), r, low, high))
    return pd.DataFrame(
        rows, columns=["measure", "n_stores", "correlation", "low", "high"]
    )


def _pearson(one: Any, other: Any) -> float:
    if len(one) < 2:
        return math.nan
    first, second = one - one.mean(), other - other.mean()
    # A column of equal numbers may miss its own mean by a rounding error.
    still = 1e-12 * np.array([np.abs(one).max(), np.abs(other).max()])
    if np.abs(first).max() <= still[0] or np.abs(second).max() <= still[1]:
        return math.nan
    r = float((first @ second) / math.sqrt((first @ first) * (second @ second)))
    return min(max(r, -1.0), 1.0)


def _fisher_z(r: float, n: int, confidence: float) -> tuple[float, float]:
    if n < 4 or math.isnan(r):
        return math.nan, math.nan
    if abs(r) == 1:
        return r, r
    reach = NormalDist().inv_cdf((1 + confidence) / 2) / math.sqrt(n - 3)
    return math.tanh(math.atanh(r) - reach), math.tanh(math.atanh(r) + reach)


# ---------------------------------------------------------------- the parts


def _wilson(hits: Any, n: Any, z: float) -> tuple[Any, Any]:
    share = hits / n
    middle = 2 * n * share + z * z
    reach = z * np.sqrt(z * z + 4 * n * share * (1 - share))
    low, high = (
        (middle - reach) / (2 * (n + z * z)),
        (middle + reach) / (2 * (n + z * z)),
    )
    # Exactly the end where all or none do, whatever the rounding.
    return np.where(hits == 0, 0.0, low), np.where(hits == n, 1.0, high)


def _p_values(p_values: pd.Series[Any], n_tried: int | None) -> tuple[Any, int]:
    frame = p_values.to_frame("p_value")
    require_columns(frame, {"p_value": "number"}, table_name="p_values")
    values = p_values.to_numpy(dtype=float)
    outside = (values < 0) | (values > 1)
    if outside.any():
        raise ContractError(
            "a p-value is not from 0 to 1",
            table="p_values",
            column="p_value",
            rows=frame[outside],
            remedy="pass the p-values themselves, not test statistics",
        )
    n = len(values) if n_tried is None else n_tried
    if n < len(values):
        raise ValueError(f"n_tried is {n}, and there are {len(values)} p-values")
    return values, n


def _one_each(baskets: pd.DataFrame) -> None:
    twice = baskets["basket_id"].duplicated(keep=False)
    if twice.any():
        raise ContractError(
            f"{int(twice.sum()):,} rows share a basket with another row",
            table="baskets",
            column="basket_id",
            rows=baskets[twice],
            remedy="keep one row per basket",
        )
