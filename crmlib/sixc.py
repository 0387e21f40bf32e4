"""The six Cs: what to lend to a customer, and what a wrong call costs.

Character (品德), capacity (能力), capital (资本), collateral (担保品), condition
(经济情况) and continuity (连续性) are each rated from 1 to 5 on evidence, weighed into
a score, graded, and turned into a credit limit. Then the grades are held against what
happened.

The course gives no cut points and no weights, and neither does the literature: the cuts
of `default_cuts` are ours, and weights, grades and terms have no default at all. They
are the analyst's choice, and `sensitivity` shows what hangs on it.

Tables have one row per customer and are joined by ``customer_id``; money is integer
cents (100 = 1 yuan).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from crmlib.datasets import require_columns
from crmlib.errors import ContractError

__all__ = [
    "FACTORS",
    "HANDOVER_STEPS",
    "OUTCOMES",
    "Backtest",
    "Threshold",
    "auc",
    "backtest",
    "best_threshold",
    "calibration",
    "cost",
    "default_cuts",
    "evidence",
    "fairness",
    "grade",
    "limit_and_terms",
    "rate",
    "score",
    "sensitivity",
    "sensitivity_by_customer",
    "shift_weight",
]

FACTORS = (
    "character",
    "capacity",
    "capital",
    "collateral",
    "condition",
    "continuity",
)
"""The six Cs, in the course's order."""

HANDOVER_STEPS: Mapping[str, int] = {"open": 0, "possible": 1, "settled": 2}
"""How far the succession of a firm is settled, as a number that can be rated."""

OUTCOMES = ("paid", "late", "lost")
"""What a customer on credit can do."""

_BEST = 5
# A score is rounded to this many places: 0.1 + 0.2 must reach a cut at 0.3.
_PLACES = 9

_CUTS = pd.DataFrame(
    [
        ("character", "days_late_per_invoice", "low", 20.0, 9.0, 4.0, 1.5),
        ("character", "good_reference_share", "high", 0.20, 0.40, 0.60, 0.80),
        ("capacity", "profit_margin", "high", 0.0, 0.02, 0.05, 0.08),
        ("capacity", "current_ratio", "high", 0.8, 1.0, 1.5, 2.0),
        ("capital", "equity_share", "high", 0.10, 0.25, 0.40, 0.60),
        ("collateral", "pledge_cover", "high", 0.10, 0.30, 0.60, 1.00),
        ("condition", "sector_growth_percent", "high", -4.0, 0.0, 3.0, 6.0),
        ("condition", "sector_closed_percent", "low", 15.0, 12.0, 8.0, 5.0),
        ("continuity", "years_in_business", "high", 6.0, 8.0, 12.0, 20.0),
        ("continuity", "handover_steps", "high", 1.0, 1.0, 2.0, 2.0),
    ],
    columns=["factor", "indicator", "better", "cut_2", "cut_3", "cut_4", "cut_5"],
)
_CUT_COLUMNS = ["cut_2", "cut_3", "cut_4", "cut_5"]


# ---------------------------------------------------------------- evidence and ratings


def default_cuts() -> pd.DataFrame:
    """Return the kit's cut points: which evidence gives which rating.

    Returns:
        One row per indicator: ``factor``, ``indicator`` (a column of `evidence`),
        ``better`` ("high" or "low") and ``cut_2`` to ``cut_5``. A value that reaches
        ``cut_k`` is rated k at least: it is at or above the cut where high is better,
        at or below it where low is better. Below all cuts it is rated 1. The cuts are
        ours; a copy may be changed and handed to `rate`.

    >>> default_cuts().loc[[4], ["indicator", "better", "cut_2", "cut_5"]]
          indicator better  cut_2  cut_5
    4  equity_share   high    0.1    0.6
    """
    return _CUTS.copy()


def evidence(
    customers: pd.DataFrame,
    statements: pd.DataFrame,
    payments: pd.DataFrame,
    sectors: pd.DataFrame,
    *,
    as_of_year: int,
    years: int = 3,
    late_column: str = "late_days",
) -> pd.DataFrame:
    """Gather the evidence on each customer from the tables ``credit/...``.

    Args:
        customers: ``customer_id, sector, founded_year, handover, references_asked,
            references_good, pledge_cents, credit_asked_cents``.
        statements: ``customer_id, year, revenue_cents, profit_cents, assets_cents,
            equity_cents, current_assets_cents, current_liabilities_cents``.
        payments: ``customer_id, year, n_invoices`` and *late_column*.
        sectors: ``sector, growth_percent, closed_percent``.
        as_of_year: the last year that may be known.
        years: how many years up to then count, at least 1. The balance sheet is that
            of the last of them.
        late_column: the days late to count, as in ``late_days`` (from the invoice) or
            ``late_days_from_arrival``.

    Returns:
        One row per customer in the order of *customers*: ``customer_id``,
        ``days_late_per_invoice`` (days), ``good_reference_share``, ``profit_margin``,
        ``current_ratio`` (infinite without current liabilities), ``equity_share``,
        ``pledge_cover`` (pledge over credit asked), ``sector_growth_percent``,
        ``sector_closed_percent``, ``years_in_business``, ``handover_steps`` (0 to 2).

    Raises:
        ContractError: a table breaks its contract, or a customer has no statement for
            *as_of_year*, no invoices in the period, or a sector that is not listed.
        ValueError: *years* is below 1.

    >>> customers = pd.DataFrame({"customer_id": ["T1"], "sector": ["hotel"],
    ...     "founded_year": [2010], "handover": ["settled"], "references_asked": [4],
    ...     "references_good": [3], "pledge_cents": [50], "credit_asked_cents": [100]})
    >>> statements = pd.DataFrame({"customer_id": ["T1"], "year": [2024],
    ...     "revenue_cents": [1000], "profit_cents": [60], "assets_cents": [500],
    ...     "equity_cents": [200], "current_assets_cents": [150],
    ...     "current_liabilities_cents": [100]})
    >>> payments = pd.DataFrame({"customer_id": ["T1"], "year": [2024],
    ...     "n_invoices": [10], "late_days": [25]})
    >>> sectors = pd.DataFrame({"sector": ["hotel"], "growth_percent": [4],
    ...     "closed_percent": [6]})
    >>> evidence(customers, statements, payments, sectors, as_of_year=2024).loc[0]
    customer_id                T1
    days_late_per_invoice     2.5
    good_reference_share     0.75
    profit_margin            0.06
    current_ratio             1.5
    equity_share              0.4
    pledge_cover              0.5
    sector_growth_percent     4.0
    sector_closed_percent     6.0
    years_in_business          14
    handover_steps              2
    Name: 0, dtype: object
    """
    if years < 1:
        raise ValueError(f"years must be at least 1, not {years!r}")
    _check_evidence_tables(customers, statements, payments, sectors, late_column)
    own = customers.set_index("customer_id")
    own.index = own.index.astype(object)
    first = as_of_year - years + 1
    told = statements[statements["year"].between(first, as_of_year)]
    flows = told.groupby("customer_id")[["revenue_cents", "profit_cents"]].sum()
    flows = flows.reindex(own.index)
    last = _one_each(statements[statements["year"] == as_of_year], "statements")
    last = last.set_index("customer_id").reindex(own.index)
    bills = payments[payments["year"].between(first, as_of_year)]
    paid = bills.groupby("customer_id")[["n_invoices", late_column]].sum()
    paid = paid.reindex(own.index)
    sector = sectors.set_index("sector").reindex(own["sector"])
    for known, table, what in (
        (last["assets_cents"] > 0, "statements", f"no statement for {as_of_year}"),
        (flows["revenue_cents"] > 0, "statements", "no revenue in the period"),
        (paid["n_invoices"] > 0, "payments", "no invoices in the period"),
        (sector["growth_percent"].notna(), "sectors", "a sector that is not listed"),
    ):
        _fail(
            ~known.to_numpy(),
            customers,
            "customer_id",
            f"with {what}",
            table=table,
            remedy="leave these customers out, or get the missing papers first",
        )
    dues = last["current_liabilities_cents"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = last["current_assets_cents"].to_numpy(dtype=float) / dues
    indicators: dict[str, Any] = {
        "days_late_per_invoice": paid[late_column] / paid["n_invoices"],
        "good_reference_share": own["references_good"] / own["references_asked"],
        "profit_margin": flows["profit_cents"] / flows["revenue_cents"],
        "current_ratio": np.where(dues > 0, ratio, math.inf),
        "equity_share": last["equity_cents"] / last["assets_cents"],
        "pledge_cover": own["pledge_cents"] / own["credit_asked_cents"],
        "sector_growth_percent": sector["growth_percent"],
        "sector_closed_percent": sector["closed_percent"],
    }
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"].to_numpy(),
            **{key: np.asarray(each, dtype=float) for key, each in indicators.items()},
            "years_in_business": as_of_year - customers["founded_year"].to_numpy(),
            "handover_steps": customers["handover"]
            .map(HANDOVER_STEPS)
            .to_numpy(dtype="int64"),
        }
    )


def rate(evidence: pd.DataFrame, *, cuts: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rate each customer on the six Cs, 1 (worst) to 5 (best).

    Each indicator is rated by its cuts, and a C is as good as the *weakest* of its
    indicators: a fine reference does not make up for bills paid late.

    Args:
        evidence: ``customer_id`` and the indicators that *cuts* names, as from
            `evidence`.
        cuts: which evidence gives which rating, as `default_cuts` (taken when None).

    Returns:
        ``customer_id`` and the six ratings, one whole number each, in the order of
        *evidence*.

    Raises:
        ContractError: a column is absent or has missing values, a customer appears
            twice, or the cuts leave out a C or do not rise towards the better side.

    >>> papers = pd.DataFrame({"customer_id": ["T1"], "days_late_per_invoice": [2.5],
    ...     "good_reference_share": [0.75], "profit_margin": [0.06],
    ...     "current_ratio": [1.2], "equity_share": [0.4], "pledge_cover": [0.5],
    ...     "sector_growth_percent": [4.0], "sector_closed_percent": [6.0],
    ...     "years_in_business": [14], "handover_steps": [2]})
    >>> rate(papers).drop(columns="customer_id")
       character  capacity  capital  collateral  condition  continuity
    0          4         3        4           3          4           4
    """
    table = _CUTS if cuts is None else _checked_cuts(cuts)
    indicators = list(dict.fromkeys(table["indicator"]))
    require_columns(
        evidence,
        {"customer_id": ""} | dict.fromkeys(indicators, "number"),
        table_name="evidence",
    )
    _one_each(evidence, "evidence")
    ratings: dict[str, Any] = {"customer_id": evidence["customer_id"].to_numpy()}
    for factor in FACTORS:
        rows = table[table["factor"] == factor]
        ratings[factor] = np.min(
            [
                _rating(
                    evidence[str(row["indicator"])].to_numpy(dtype=float),
                    row[_CUT_COLUMNS].to_numpy(dtype=float),
                    low_is_better=row["better"] == "low",
                )
                for _, row in rows.iterrows()
            ],
            axis=0,
        )
    return pd.DataFrame(ratings)


def _rating(values: Any, cuts: Any, *, low_is_better: bool) -> Any:
    """Return 1 plus the number of cuts that each value reaches."""
    if low_is_better:
        values, cuts = -values, -cuts
    return 1 + (values[:, None] >= cuts[None, :]).sum(axis=1).astype("int64")


# ---------------------------------------------------------------- score, grade, limit


def score(ratings: pd.DataFrame, *, weights: Mapping[str, float]) -> pd.DataFrame:
    """Weigh the six ratings into one score from 1 to 5.

    Args:
        ratings: ``customer_id`` and the six ratings, whole numbers from 1 to 5.
        weights: a weight for each of the six Cs, none below 0, adding up to 1. There is
            no default: the course gives none.

    Returns:
        ``customer_id, score`` in the order of *ratings*; the score is rounded to nine
        places, so that it reaches a cut which it equals on paper.

    Raises:
        ContractError: the ratings break their contract.
        ValueError: the weights are not those of the six Cs, are negative, or do not add
            up to 1.

    >>> ratings = pd.DataFrame([["T1", 5, 4, 3, 2, 1, 3]],
    ...     columns=["customer_id", *FACTORS])
    >>> weights = {"character": 0.3, "capacity": 0.2, "capital": 0.2,
    ...     "collateral": 0.1, "condition": 0.1, "continuity": 0.1}
    >>> score(ratings, weights=weights)
      customer_id  score
    0          T1    3.5
    """
    _check_ratings(ratings)
    parts = _checked_weights(weights)
    return pd.DataFrame(
        {
            "customer_id": ratings["customer_id"].to_numpy(),
            "score": _scores(ratings, parts),
        }
    )


def grade(scores: pd.DataFrame, *, cuts: Mapping[str, float]) -> pd.DataFrame:
    """Turn scores into grades.

    Args:
        scores: ``customer_id, score``, as from `score`.
        cuts: for each grade the lowest score that earns it, best grade first. The last
            must be low enough for every customer.

    Returns:
        ``customer_id, score, grade`` in the order of *scores*; the grade is an ordered
        category, best first.

    Raises:
        ContractError: a column is absent, a score is missing, a customer appears
            twice, or a score is below the last cut.
        ValueError: there are no grades, or the cuts do not fall from grade to grade.

    >>> scores = pd.DataFrame({"customer_id": ["T1", "T2"], "score": [4.0, 2.9]})
    >>> grade(scores, cuts={"A": 4, "B": 3, "C": 1})["grade"].tolist()
    ['A', 'C']
    """
    _check_scores(scores)
    names, floors = _checked_grades(cuts)
    codes = _codes(scores["score"].to_numpy(dtype=float), floors)
    _fail(
        codes == len(names),
        scores,
        "score",
        f"below {floors[-1]:g}, the lowest score that has a grade",
        table="scores",
        remedy="lower the last cut, so that every customer gets a grade",
    )
    kind = pd.CategoricalDtype(names, ordered=True)
    return pd.DataFrame(
        {
            "customer_id": scores["customer_id"].to_numpy(),
            "score": scores["score"].to_numpy(dtype=float),
            "grade": pd.Categorical.from_codes(codes, dtype=kind),
        }
    )


def limit_and_terms(
    grades: pd.DataFrame, figures: pd.DataFrame, *, terms: pd.DataFrame
) -> pd.DataFrame:
    """Set each customer's credit limit and terms of payment by grade.

    The limit is the least of what the customer asks for and what the grade allows: a
    number of days of its yearly purchases (365 days), and a share of its equity plus
    the value of its pledge. It is cut to whole cents. With a term of 0 days the
    customer pays on delivery and the limit is 0.

    Args:
        grades: ``customer_id, grade``, as from `grade`.
        figures: ``customer_id, credit_asked_cents, yearly_purchases_cents,
            equity_cents, pledge_cents``; equity below 0 counts as 0.
        terms: one row per grade: ``grade, days`` (term of payment, whole days, at least
            0), ``purchase_days`` (days of purchases that may be open, at least 0) and
            ``equity_share`` (from 0 up).

    Returns:
        ``customer_id, grade, limit_cents, days, terms`` in the order of *grades*;
        *terms* is ``"cash on delivery"`` or such as ``"30 days"``.

    Raises:
        ContractError: a table breaks its contract, a grade has no terms, or a customer
            has no figures.

    >>> grades = pd.DataFrame({"customer_id": ["T1", "T2"], "grade": ["A", "C"]})
    >>> figures = pd.DataFrame({"customer_id": ["T1", "T2"],
    ...     "credit_asked_cents": [90_000, 90_000],
    ...     "yearly_purchases_cents": [365_000, 365_000],
    ...     "equity_cents": [400_000, 400_000], "pledge_cents": [0, 50_000]})
    >>> terms = pd.DataFrame({"grade": ["A", "C"], "days": [60, 0],
    ...     "purchase_days": [75, 0], "equity_share": [0.2, 0.0]})
    >>> limit_and_terms(grades, figures, terms=terms)
      customer_id grade  limit_cents  days             terms
    0          T1     A        75000    60           60 days
    1          T2     C            0     0  cash on delivery
    """
    money = [
        "credit_asked_cents",
        "yearly_purchases_cents",
        "equity_cents",
        "pledge_cents",
    ]
    require_columns(grades, ["customer_id", "grade"], table_name="grades")
    require_columns(
        figures,
        {"customer_id": ""} | dict.fromkeys(money, "integer"),
        table_name="figures",
    )
    require_columns(
        terms,
        {
            "grade": "",
            "days": "integer",
            "purchase_days": "integer",
            "equity_share": "number",
        },
        table_name="terms",
    )
    _one_each(grades, "grades")
    _one_each(terms, "terms", column="grade")
    for name in ("days", "purchase_days", "equity_share"):
        _fail(
            (terms[name] < 0).to_numpy(),
            terms,
            name,
            "below 0",
            table="terms",
            remedy="terms are 0 or more",
        )
    for name in ("credit_asked_cents", "yearly_purchases_cents", "pledge_cents"):
        _fail(
            (figures[name] < 0).to_numpy(),
            figures,
            name,
            "below 0",
            table="figures",
            remedy="correct these rows: only equity may be negative",
        )
    _fail(
        ~grades["grade"].astype(object).isin(terms["grade"].tolist()).to_numpy(),
        grades,
        "grade",
        "without terms",
        table="grades",
        remedy="add a row for each grade to the terms",
    )
    own = _matched(grades, figures, "grades", "figures")
    given = terms.set_index("grade").loc[grades["grade"].astype(object).tolist()]
    limits = [
        _limit(*row)
        for row in zip(
            own["credit_asked_cents"].tolist(),
            own["yearly_purchases_cents"].tolist(),
            own["equity_cents"].tolist(),
            own["pledge_cents"].tolist(),
            given["days"].tolist(),
            given["purchase_days"].tolist(),
            given["equity_share"].tolist(),
            strict=True,
        )
    ]
    days = given["days"].tolist()
    return pd.DataFrame(
        {
            "customer_id": grades["customer_id"].to_numpy(),
            "grade": grades["grade"].array,
            "limit_cents": pd.Series(limits, dtype="int64").to_numpy(),
            "days": pd.Series(days, dtype="int64").to_numpy(),
            "terms": pd.Series([_in_words(term) for term in days], dtype="str"),
        }
    )


def _limit(
    asked: int,
    purchases: int,
    equity: int,
    pledge: int,
    days: int,
    purchase_days: int,
    equity_share: float,
) -> int:
    if days == 0:
        return 0
    by_purchases = purchases * purchase_days // 365
    by_means = math.floor(round(max(equity, 0) * equity_share, 6)) + pledge
    return min(asked, by_purchases, by_means)


def _in_words(days: int) -> str:
    if days == 0:
        return "cash on delivery"
    return "1 day" if days == 1 else f"{days} days"


# ---------------------------------------------------------------- sensitivity


def shift_weight(
    weights: Mapping[str, float], factor: str, delta: float
) -> dict[str, float]:
    """Move one weight by *delta* and scale the others so that all add up to 1.

    The moved weight is kept within 0 and 1; the others keep their proportions. When
    they are all 0 they share what is left equally.

    Args:
        weights: a weight for each of the six Cs, adding up to 1.
        factor: which weight to move.
        delta: by how much, such as 0.1 or -0.1.

    Raises:
        ValueError: the weights break their contract, or there is no such factor.

    >>> even = {"character": 0.5, "capacity": 0.3, "capital": 0.2, "collateral": 0,
    ...     "condition": 0, "continuity": 0}
    >>> moved = shift_weight(even, "character", 0.1)
    >>> [round(moved[c], 3) for c in ("character", "capacity", "capital")]
    [0.6, 0.24, 0.16]
    """
    parts = _checked_weights(weights)
    if factor not in parts:
        raise ValueError(
            f"no factor called {factor!r}; there are: {', '.join(FACTORS)}"
        )
    moved = min(max(parts[factor] + delta, 0.0), 1.0)
    rest = math.fsum(parts[name] for name in FACTORS if name != factor)
    return {
        name: moved
        if name == factor
        else (1 - moved) * (parts[name] / rest if rest > 0 else 1 / (len(FACTORS) - 1))
        for name in FACTORS
    }


def sensitivity(
    ratings: pd.DataFrame,
    *,
    weights: Mapping[str, float],
    cuts: Mapping[str, float],
    delta: float = 0.1,
) -> pd.DataFrame:
    """Return what moves when each weight moves: the table behind a tornado chart.

    Each weight in turn is moved up and down by *delta* (see `shift_weight`), and the
    customers are graded again.

    Args:
        ratings: as for `score`.
        weights: as for `score`.
        cuts: as for `grade`.
        delta: how far each weight moves, above 0.

    Returns:
        Two rows per C, up before down: ``factor, delta, weight`` (the moved one),
        ``n_better, n_worse, n_moved`` (customers whose grade rises, falls, does
        either), ``share_moved`` (of all customers; missing when there are none). The C
        that moves most in its two rows together comes first, equals in the course's
        order.

    Raises:
        ContractError, ValueError: as for `score` and `grade`; *delta* is not above 0.

    >>> ratings = pd.DataFrame([["T1", 5, 3, 3, 3, 3, 3], ["T2", 3, 3, 3, 3, 3, 3]],
    ...     columns=["customer_id", *FACTORS])
    >>> weights = {"character": 0.5} | dict.fromkeys(FACTORS[1:], 0.1)
    >>> table = sensitivity(ratings, weights=weights, cuts={"A": 4, "B": 1}, delta=0.1)
    >>> table.loc[[0, 1], ["factor", "delta", "n_better", "n_worse", "share_moved"]]
          factor  delta  n_better  n_worse  share_moved
    0  character    0.1         0        0          0.0
    1  character   -0.1         0        1          0.5
    """
    codes, moves = _regraded(ratings, weights, cuts, delta)
    rows: list[dict[str, Any]] = []
    for factor, change, weight, moved in moves:
        better, worse = int((moved < codes).sum()), int((moved > codes).sum())
        rows.append(
            {
                "factor": factor,
                "delta": change,
                "weight": weight,
                "n_better": better,
                "n_worse": worse,
                "n_moved": better + worse,
                "share_moved": (better + worse) / len(codes)
                if len(codes)
                else math.nan,
            }
        )
    totals = {
        factor: sum(row["n_moved"] for row in rows if row["factor"] == factor)
        for factor in FACTORS
    }
    rows.sort(key=lambda row: -totals[row["factor"]])
    return pd.DataFrame(rows)


def sensitivity_by_customer(
    ratings: pd.DataFrame,
    *,
    weights: Mapping[str, float],
    cuts: Mapping[str, float],
    delta: float = 0.1,
) -> pd.DataFrame:
    """Return how far each customer's grade hangs on the weights.

    Args:
        ratings: as for `score`.
        weights: as for `score`.
        cuts: as for `grade`.
        delta: how far each weight moves, above 0.

    Returns:
        ``customer_id, grade, best_grade, worst_grade`` (over the weights as given and
        the twelve moves of `sensitivity`) and ``n_moves`` (how many of the twelve
        change the grade), in the order of *ratings*.

    Raises:
        ContractError, ValueError: as for `sensitivity`.

    >>> ratings = pd.DataFrame([["T1", 5, 3, 3, 3, 3, 3], ["T2", 3, 3, 3, 3, 3, 3]],
    ...     columns=["customer_id", *FACTORS])
    >>> weights = {"character": 0.5} | dict.fromkeys(FACTORS[1:], 0.1)
    >>> sensitivity_by_customer(ratings, weights=weights, cuts={"A": 4, "B": 1})
      customer_id grade best_grade worst_grade  n_moves
    0          T1     A          A           B        6
    1          T2     B          B           B        0
    """
    codes, moves = _regraded(ratings, weights, cuts, delta)
    every = np.array([codes, *(moved for *_, moved in moves)])
    kind = pd.CategoricalDtype(list(cuts), ordered=True)
    return pd.DataFrame(
        {
            "customer_id": ratings["customer_id"].to_numpy(),
            "grade": pd.Categorical.from_codes(codes, dtype=kind),
            "best_grade": pd.Categorical.from_codes(every.min(axis=0), dtype=kind),
            "worst_grade": pd.Categorical.from_codes(every.max(axis=0), dtype=kind),
            "n_moves": (every != codes).sum(axis=0),
        }
    )


def _regraded(
    ratings: pd.DataFrame,
    weights: Mapping[str, float],
    cuts: Mapping[str, float],
    delta: float,
) -> tuple[Any, list[tuple[str, float, float, Any]]]:
    """Return the grades' codes, and for each move of a weight what it makes of them."""
    if not delta > 0:
        raise ValueError(f"delta must be above 0, not {delta!r}")
    graded = grade(score(ratings, weights=weights), cuts=cuts)
    codes = graded["grade"].cat.codes.to_numpy()
    _, floors = _checked_grades(cuts)
    moves = []
    for factor in FACTORS:
        for change in (delta, -delta):
            moved = shift_weight(weights, factor, change)
            new = _codes(_scores(ratings, moved), floors)
            # The last grade takes whoever the moved weights push below its cut.
            new = np.minimum(new, len(floors) - 1)
            moves.append((factor, change, moved[factor], new))
    return codes, moves


# ---------------------------------------------------------------- against the outcome


@dataclass(frozen=True)
class Backtest:
    """What a threshold would have done, held against what happened.

    Attributes:
        threshold: customers with this score or more are approved.
        confusion: customers by decision (rows ``approved, refused``) and outcome
            (columns ``paid, late, lost``).
        bad: the outcomes counted as bad.
        n_good_approved: good customers approved: rightly.
        n_good_refused: good customers refused: margin forgone.
        n_bad_approved: bad customers approved: money lost.
        n_bad_refused: bad customers refused: rightly.
    """

    threshold: float
    confusion: pd.DataFrame
    bad: tuple[str, ...]
    n_good_approved: int
    n_good_refused: int
    n_bad_approved: int
    n_bad_refused: int

    @property
    def approval_rate(self) -> float:
        """Share of all customers approved; missing when there are none."""
        approved = self.n_good_approved + self.n_bad_approved
        return _share(approved, approved + self.n_good_refused + self.n_bad_refused)

    @property
    def false_refusal_rate(self) -> float:
        """Share of the good customers that is refused."""
        return _share(self.n_good_refused, self.n_good_refused + self.n_good_approved)

    @property
    def missed_bad_rate(self) -> float:
        """Share of the bad customers that is approved."""
        return _share(self.n_bad_approved, self.n_bad_approved + self.n_bad_refused)

    @property
    def bad_rate_of_approved(self) -> float:
        """Share of the approved customers that is bad."""
        return _share(self.n_bad_approved, self.n_bad_approved + self.n_good_approved)


@dataclass(frozen=True)
class Threshold:
    """The cheapest threshold, and what all others would have cost.

    Attributes:
        threshold: approve from this score; infinite when refusing all is cheapest.
        cost_cents: what it would have cost.
        table: one row per threshold, lowest first: ``threshold, n_approved,
            n_bad_approved, n_good_refused, cost_cents``.
    """

    threshold: float
    cost_cents: int
    table: pd.DataFrame


def backtest(
    scores: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    threshold: float,
    bad: Collection[str] = ("lost",),
) -> Backtest:
    """Hold the decisions that a threshold makes against what happened.

    This needs outcomes of customers on both sides of the threshold. Where only approved
    customers are ever seen, the refused ones' outcomes are unknown and the table lies.

    Args:
        scores: ``customer_id, score``.
        outcomes: ``customer_id, outcome`` (paid, late or lost); one row for each
            customer of *scores*, others are left aside.
        threshold: customers with this score or more are approved.
        bad: the outcomes that count as bad; who pays late counts as good by default.

    Raises:
        ContractError: a table breaks its contract, or a customer has no outcome.
        ValueError: *bad* names something that is no outcome, none or all of them.

    >>> scores = pd.DataFrame({"customer_id": ["T1", "T2", "T3"], "score": [4, 3, 2]})
    >>> outcomes = pd.DataFrame({"customer_id": ["T1", "T2", "T3"],
    ...     "outcome": ["paid", "lost", "late"]})
    >>> result = backtest(scores, outcomes, threshold=3)
    >>> result.confusion
              paid  late  lost
    approved     1     0     1
    refused      0     1     0
    >>> result.n_bad_approved, result.n_good_refused, result.false_refusal_rate
    (1, 1, 0.5)
    """
    kinds = _checked_bad(bad)
    happened = _happened(scores, outcomes)
    approved = scores["score"].to_numpy(dtype=float) >= threshold
    confusion = pd.DataFrame(
        {
            outcome: [
                int((approved & (happened == outcome)).sum()),
                int((~approved & (happened == outcome)).sum()),
            ]
            for outcome in OUTCOMES
        },
        index=["approved", "refused"],
    )
    is_bad = np.isin(happened, kinds)
    return Backtest(
        threshold=float(threshold),
        confusion=confusion,
        bad=kinds,
        n_good_approved=int((approved & ~is_bad).sum()),
        n_good_refused=int((~approved & ~is_bad).sum()),
        n_bad_approved=int((approved & is_bad).sum()),
        n_bad_refused=int((~approved & is_bad).sum()),
    )


def cost(result: Backtest, *, loss_given_lost: int, margin_forgone: int) -> int:
    """Return what the two kinds of mistake cost, in cents.

    Args:
        result: from `backtest`.
        loss_given_lost: what an approved bad customer costs, on average, in cents.
        margin_forgone: what a refused good customer would have brought, in cents.

    Raises:
        ValueError: one of the two is below 0.

    >>> confusion = pd.DataFrame()
    >>> result = Backtest(3.0, confusion, ("lost",), 80, 15, 2, 3)
    >>> cost(result, loss_given_lost=100_000, margin_forgone=20_000)
    500000
    """
    _check_costs(loss_given_lost, margin_forgone)
    return result.n_bad_approved * loss_given_lost + (
        result.n_good_refused * margin_forgone
    )


def best_threshold(
    scores: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    loss_given_lost: int,
    margin_forgone: int,
    bad: Collection[str] = ("lost",),
) -> Threshold:
    """Find the threshold whose mistakes would have cost least.

    Every score that occurs is tried, and refusing all (an infinite threshold). Among
    equally cheap ones the lowest is taken: it refuses the fewest. What was cheapest on
    these customers is not proven on others: try it on a second set.

    Args:
        scores: as for `backtest`.
        outcomes: as for `backtest`.
        loss_given_lost: as for `cost`.
        margin_forgone: as for `cost`.
        bad: as for `backtest`.

    Raises:
        ContractError, ValueError: as for `backtest` and `cost`.

    >>> scores = pd.DataFrame({"customer_id": ["T1", "T2", "T3"], "score": [4, 3, 2]})
    >>> outcomes = pd.DataFrame({"customer_id": ["T1", "T2", "T3"],
    ...     "outcome": ["paid", "paid", "lost"]})
    >>> best = best_threshold(scores, outcomes, loss_given_lost=50, margin_forgone=10)
    >>> best.threshold, best.cost_cents
    (3.0, 0)
    >>> best.table["cost_cents"].tolist()
    [50, 0, 10, 20]
    """
    _check_costs(loss_given_lost, margin_forgone)
    kinds = _checked_bad(bad)
    is_bad = np.isin(_happened(scores, outcomes), kinds)
    values = scores["score"].to_numpy(dtype=float)
    tried = [*np.unique(values).tolist(), math.inf]
    rows = []
    for threshold in tried:
        approved = values >= threshold
        missed = int((approved & is_bad).sum())
        refused = int((~approved & ~is_bad).sum())
        rows.append(
            {
                "threshold": threshold,
                "n_approved": int(approved.sum()),
                "n_bad_approved": missed,
                "n_good_refused": refused,
                "cost_cents": missed * loss_given_lost + refused * margin_forgone,
            }
        )
    best = min(rows, key=lambda row: (row["cost_cents"], row["threshold"]))
    return Threshold(
        threshold=float(best["threshold"]),
        cost_cents=int(best["cost_cents"]),
        table=pd.DataFrame(rows),
    )


def auc(
    scores: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    bad: Collection[str] = ("lost",),
) -> float:
    """Return how well the score tells good customers from bad ones.

    It is the chance that of one good and one bad customer, drawn at random, the good
    one has the higher score, equal scores counting half: 0.5 is a coin, 1 is perfect.
    Source: Hanley and McNeil 1982, Radiology 143.

    Args:
        scores: as for `backtest`.
        outcomes: as for `backtest`.
        bad: as for `backtest`.

    Returns:
        A share; missing when all customers are good or all are bad.

    Raises:
        ContractError, ValueError: as for `backtest`.

    >>> scores = pd.DataFrame({"customer_id": ["T1", "T2", "T3"], "score": [4, 3, 3]})
    >>> outcomes = pd.DataFrame({"customer_id": ["T1", "T2", "T3"],
    ...     "outcome": ["paid", "late", "lost"]})
    >>> auc(scores, outcomes)
    0.75
    """
    kinds = _checked_bad(bad)
    is_bad = np.isin(_happened(scores, outcomes), kinds)
    n_bad = int(is_bad.sum())
    n_good = len(is_bad) - n_bad
    # The Mann-Whitney count: ranks of the good, less what they have among themselves.
    ranks = scores["score"].rank(method="average").to_numpy(dtype=float)
    wins = float(ranks[~is_bad].sum()) - n_good * (n_good + 1) / 2
    return _share(wins, n_good * n_bad)


def calibration(
    scores: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    edges: Collection[float],
    bad: Collection[str] = ("lost",),
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return how often customers of each band of scores turned out bad.

    Args:
        scores: as for `backtest`.
        outcomes: as for `backtest`.
        edges: the borders of the bands, rising. A band holds its lower border, the last
            band also its upper one.
        bad: as for `backtest`.
        confidence: of the interval, above 0 and below 1.

    Returns:
        One row per band, lowest scores first: ``low_score, high_score, n_customers,
        n_bad, bad_rate, low, high``. The last two are Wilson's interval around the
        rate (Wilson 1927); all three are missing for an empty band.

    Raises:
        ContractError: as for `backtest`, or a score lies outside all bands.
        ValueError: as for `backtest`; there are fewer than two edges or they do not
            rise; *confidence* is not between 0 and 1.

    >>> scores = pd.DataFrame({"customer_id": ["T1", "T2", "T3"], "score": [4, 3, 1]})
    >>> outcomes = pd.DataFrame({"customer_id": ["T1", "T2", "T3"],
    ...     "outcome": ["paid", "paid", "lost"]})
    >>> table = calibration(scores, outcomes, edges=[1, 3, 5])
    >>> table[["low_score", "high_score", "n_customers", "n_bad", "bad_rate"]]
       low_score  high_score  n_customers  n_bad  bad_rate
    0        1.0         3.0            1      1       1.0
    1        3.0         5.0            2      0       0.0
    """
    kinds = _checked_bad(bad)
    borders = [float(edge) for edge in edges]
    if len(borders) < 2 or any(b <= a for a, b in itertools.pairwise(borders)):
        raise ValueError(f"edges must be two or more rising numbers, not {borders}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, not {confidence!r}")
    is_bad = np.isin(_happened(scores, outcomes), kinds)
    values = scores["score"].to_numpy(dtype=float)
    _fail(
        (values < borders[0]) | (values > borders[-1]),
        scores,
        "score",
        f"outside of the bands, {borders[0]:g} to {borders[-1]:g}",
        table="scores",
        remedy="widen the edges",
    )
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rows = []
    for low, high in itertools.pairwise(borders):
        inside = (values >= low) & (
            (values <= high) if high == borders[-1] else (values < high)
        )
        n, hits = int(inside.sum()), int((inside & is_bad).sum())
        below, above = _wilson(hits, n, z)
        rows.append(
            {
                "low_score": low,
                "high_score": high,
                "n_customers": n,
                "n_bad": hits,
                "bad_rate": _share(hits, n),
                "low": below,
                "high": above,
            }
        )
    return pd.DataFrame(rows)


def fairness(
    scores: pd.DataFrame,
    outcomes: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    threshold: float,
    bad: Collection[str] = ("lost",),
) -> pd.DataFrame:
    """Return how each group of customers fares under one threshold.

    Equal approval, equal refusal of good customers and equal risk of approved ones
    cannot all hold when the groups' risks differ (Kleinberg, Mullainathan and Raghavan
    2016). When good customers of one group are refused more often although its risk is
    the same, look for evidence that measures the group and not the risk.

    Args:
        scores: as for `backtest`.
        outcomes: as for `backtest`.
        groups: ``customer_id, group``; one row for each customer of *scores*.
        threshold: as for `backtest`.
        bad: as for `backtest`.

    Returns:
        One row per group, sorted: ``group, n_customers, n_approved, n_good,
        n_good_refused, n_bad, n_bad_approved`` and the shares ``approval_rate``,
        ``false_refusal_rate`` (of the good), ``bad_rate`` (of all) and
        ``bad_rate_of_approved``; a share of nobody is missing.

    Raises:
        ContractError: as for `backtest`, or a customer has no group.
        ValueError: as for `backtest`.

    >>> scores = pd.DataFrame({"customer_id": ["T1", "T2", "T3"], "score": [4, 2, 4]})
    >>> outcomes = pd.DataFrame({"customer_id": ["T1", "T2", "T3"],
    ...     "outcome": ["paid", "paid", "lost"]})
    >>> groups = pd.DataFrame({"customer_id": ["T1", "T2", "T3"],
    ...     "group": ["hills", "hills", "plain"]})
    >>> table = fairness(scores, outcomes, groups, threshold=3)
    >>> table[["group", "n_customers", "approval_rate", "false_refusal_rate"]]
       group  n_customers  approval_rate  false_refusal_rate
    0  hills            2            0.5                 0.5
    1  plain            1            1.0                 NaN
    """
    kinds = _checked_bad(bad)
    is_bad = np.isin(_happened(scores, outcomes), kinds)
    require_columns(groups, ["customer_id", "group"], table_name="groups")
    member = _matched(scores, groups, "scores", "groups")["group"].astype(object)
    approved = scores["score"].to_numpy(dtype=float) >= threshold
    names = [
        "group",
        "n_customers",
        "n_approved",
        "n_good",
        "n_good_refused",
        "n_bad",
        "n_bad_approved",
        "approval_rate",
        "false_refusal_rate",
        "bad_rate",
        "bad_rate_of_approved",
    ]
    rows = []
    for name in sorted(set(member)):
        own = member.to_numpy() == name
        n, n_approved = int(own.sum()), int((own & approved).sum())
        n_bad, missed = int((own & is_bad).sum()), int((own & is_bad & approved).sum())
        refused = int((own & ~is_bad & ~approved).sum())
        rows.append(
            (
                name,
                n,
                n_approved,
                n - n_bad,
                refused,
                n_bad,
                missed,
                _share(n_approved, n),
                _share(refused, n - n_bad),
                _share(n_bad, n),
                _share(missed, n_approved),
            )
        )
    return pd.DataFrame(rows, columns=names)


# ---------------------------------------------------------------- the parts


def _scores(ratings: pd.DataFrame, weights: Mapping[str, float]) -> Any:
    total = np.zeros(len(ratings))
    for factor in FACTORS:
        total += weights[factor] * ratings[factor].to_numpy(dtype=float)
    return total.round(_PLACES)


def _codes(values: Any, floors: list[float]) -> Any:
    """Return the place of each score's grade; one past the last below all floors."""
    return (values[:, None] < np.array(floors)[None, :]).sum(axis=1)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _wilson(hits: int, n: int, z: float) -> tuple[float, float]:
    if n == 0:
        return math.nan, math.nan
    share = hits / n
    middle = 2 * n * share + z * z
    reach = z * math.sqrt(z * z + 4 * n * share * (1 - share))
    below, above = (
        (middle - reach) / (2 * (n + z * z)),
        (middle + reach) / (2 * (n + z * z)),
    )
    # Exactly the end where all or none are bad, whatever the rounding.
    return (0.0 if hits == 0 else below), (1.0 if hits == n else above)


def _checked_weights(weights: Mapping[str, float]) -> dict[str, float]:
    if set(weights) != set(FACTORS):
        lacking = [name for name in FACTORS if name not in weights]
        unknown = [str(name) for name in weights if name not in FACTORS]
        raise ValueError(
            "weights are needed for exactly the six Cs"
            + (f"; missing: {', '.join(lacking)}" if lacking else "")
            + (f"; unknown: {', '.join(unknown)}" if unknown else "")
        )
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f"the weight of {name} must be 0 or more, not {weight!r}")
    total = math.fsum(weights.values())
    if not math.isclose(total, 1, abs_tol=1e-9):
        raise ValueError(f"the weights add up to {total:g}, and must add up to 1")
    return {name: float(weights[name]) for name in FACTORS}


def _checked_grades(cuts: Mapping[str, float]) -> tuple[list[str], list[float]]:
    names, floors = list(cuts), [float(floor) for floor in cuts.values()]
    if not names:
        raise ValueError("cuts must name at least one grade")
    if any(not b < a for a, b in itertools.pairwise(floors)):
        raise ValueError(f"the cuts must fall from grade to grade, not {floors}")
    return names, floors


def _checked_bad(bad: Collection[str]) -> tuple[str, ...]:
    names = {bad} if isinstance(bad, str) else set(bad)
    if not names or not names < set(OUTCOMES):
        raise ValueError(
            f"bad must name one or two of {', '.join(OUTCOMES)}, not {sorted(names)}"
        )
    return tuple(outcome for outcome in OUTCOMES if outcome in names)


def _check_costs(loss_given_lost: int, margin_forgone: int) -> None:
    for name, amount in (
        ("loss_given_lost", loss_given_lost),
        ("margin_forgone", margin_forgone),
    ):
        if not amount >= 0:
            raise ValueError(f"{name} must be 0 or more cents, not {amount!r}")


def _checked_cuts(cuts: pd.DataFrame) -> pd.DataFrame:
    require_columns(
        cuts,
        {"factor": "string", "indicator": "string", "better": "string"}
        | dict.fromkeys(_CUT_COLUMNS, "number"),
        table_name="cuts",
    )
    for column, allowed in (("factor", FACTORS), ("better", ("high", "low"))):
        _fail(
            ~cuts[column].isin(allowed).to_numpy(),
            cuts,
            column,
            "not one of the allowed values",
            table="cuts",
            remedy=f"allowed are: {', '.join(allowed)}",
        )
    lacking = [factor for factor in FACTORS if factor not in set(cuts["factor"])]
    if lacking:
        raise ContractError(
            f"there is no indicator for {', '.join(lacking)}",
            table="cuts",
            column="factor",
            remedy="give each of the six Cs at least one row",
        )
    steps = np.diff(cuts[_CUT_COLUMNS].to_numpy(dtype=float), axis=1)
    sign = np.where(cuts["better"] == "low", -1.0, 1.0)[:, None]
    _fail(
        (steps * sign < 0).any(axis=1),
        cuts,
        "indicator",
        "whose cuts turn back",
        table="cuts",
        remedy="the cuts rise from cut_2 to cut_5 where high is better, else they fall",
    )
    return cuts


def _check_ratings(ratings: pd.DataFrame) -> None:
    require_columns(
        ratings,
        {"customer_id": ""} | dict.fromkeys(FACTORS, "integer"),
        table_name="ratings",
    )
    _one_each(ratings, "ratings")
    for factor in FACTORS:
        _fail(
            ~ratings[factor].between(1, _BEST).to_numpy(dtype=bool),
            ratings,
            factor,
            f"not within 1 to {_BEST}",
            table="ratings",
            remedy="rate from 1, the worst, to 5, the best",
        )


def _check_scores(scores: pd.DataFrame) -> None:
    require_columns(scores, {"customer_id": "", "score": "number"}, table_name="scores")
    _one_each(scores, "scores")


def _check_evidence_tables(
    customers: pd.DataFrame,
    statements: pd.DataFrame,
    payments: pd.DataFrame,
    sectors: pd.DataFrame,
    late_column: str,
) -> None:
    whole = (
        ("founded_year", None),
        ("references_asked", 1),
        ("references_good", 0),
        ("pledge_cents", 0),
        ("credit_asked_cents", 1),
    )
    require_columns(
        customers,
        {"customer_id": "", "sector": "string", "handover": "string"}
        | {name: "integer" for name, _ in whole},
        table_name="customers",
    )
    for name, least in whole:
        if least is not None:
            _fail(
                (customers[name] < least).to_numpy(),
                customers,
                name,
                f"below {least}",
                table="customers",
            )
    _fail(
        ~customers["handover"].isin(list(HANDOVER_STEPS)).to_numpy(),
        customers,
        "handover",
        "not one of the allowed values",
        table="customers",
        remedy=f"allowed are: {', '.join(HANDOVER_STEPS)}",
    )
    _one_each(customers, "customers")
    require_columns(
        statements,
        {"customer_id": "", "year": "integer"}
        | dict.fromkeys(
            [
                "revenue_cents",
                "profit_cents",
                "assets_cents",
                "equity_cents",
                "current_assets_cents",
                "current_liabilities_cents",
            ],
            "integer",
        ),
        table_name="statements",
    )
    require_columns(
        payments,
        {
            "customer_id": "",
            "year": "integer",
            "n_invoices": "integer",
            late_column: "integer",
        },
        table_name="payments",
    )
    require_columns(
        sectors,
        {"sector": "string", "growth_percent": "number", "closed_percent": "number"},
        table_name="sectors",
    )
    _one_each(sectors, "sectors", column="sector")


def _happened(scores: pd.DataFrame, outcomes: pd.DataFrame) -> Any:
    """Return the outcome of each customer in the order of *scores*."""
    _check_scores(scores)
    require_columns(
        outcomes, {"customer_id": "", "outcome": "string"}, table_name="outcomes"
    )
    _fail(
        ~outcomes["outcome"].isin(OUTCOMES).to_numpy(),
        outcomes,
        "outcome",
        "not one of the allowed values",
        table="outcomes",
        remedy=f"allowed are: {', '.join(OUTCOMES)}",
    )
    found = _matched(scores, outcomes, "scores", "outcomes")["outcome"]
    return found.to_numpy(dtype=object)


def _matched(
    base: pd.DataFrame, other: pd.DataFrame, base_name: str, other_name: str
) -> pd.DataFrame:
    """Return the rows of *other* for the customers of *base*, in that order."""
    _one_each(other, other_name)
    _fail(
        ~base["customer_id"].isin(other["customer_id"].tolist()).to_numpy(),
        base,
        "customer_id",
        f"not in {other_name}",
        table=base_name,
        remedy=f"add these customers to {other_name}, or leave them out of {base_name}",
    )
    wanted = base["customer_id"].tolist()
    return other.set_index("customer_id").loc[wanted].reset_index()


def _one_each(
    table: pd.DataFrame, name: str, *, column: str = "customer_id"
) -> pd.DataFrame:
    _fail(
        table[column].duplicated(keep=False).to_numpy(),
        table,
        column,
        "there more than once",
        table=name,
        remedy="keep one row each",
    )
    return table


def _fail(
    bad: Any,
    rows: pd.DataFrame,
    column: str,
    what: str,
    *,
    table: str,
    remedy: str = "correct or drop these rows",
) -> None:
    """Raise a ContractError with the rows where *bad* is true, if there are any."""
    n = int(np.sum(bad))
    if n:
        raise ContractError(
            f"{n:,} value{' is' if n == 1 else 's are'} {what}",
            table=table,
            column=column,
            rows=rows[np.asarray(bad, dtype=bool)],
            remedy=remedy,
        )
