"""Reading the environment: SWOT, weighed, crossed and screened.

A *factor* is one line of a SWOT list: its name, its side (S, W, O or T), the evidence
for it, and for the weighted scores a weight and a rating. A factor without evidence is
an opinion, so it is refused.

- `ife` and `efe`: the weighted scores of the inside and of the outside (David).
- `tows`: strengths and weaknesses crossed with opportunities and threats, each pair
  with its reason (Weihrich 1982).
- `screen` and `weight_sensitivity`: which strategy comes first, and what that hangs on.
- `swot_board`: the four lists as a figure.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from crmlib import plots
from crmlib.datasets import require_columns
from crmlib.errors import ContractError

__all__ = [
    "SIDES",
    "Evaluation",
    "Factor",
    "check_factors",
    "efe",
    "factor_table",
    "ife",
    "screen",
    "swot_board",
    "tows",
    "weight_sensitivity",
]

SIDES: Mapping[str, str] = {
    "S": "strengths",
    "W": "weaknesses",
    "O": "opportunities",
    "T": "threats",
}
"""The four sides: two inside the firm, two outside."""

_INSIDE, _OUTSIDE = ("S", "W"), ("O", "T")
# David's ratings of the inside: 1 a major and 2 a minor weakness, 3 a minor and 4 a
# major strength. Outside, 1 to 4 say how well the firm responds.
_RATINGS = {"S": (3, 4), "W": (1, 2), "O": (1, 4), "T": (1, 4)}
# Weights are typed with two or three digits, and thirds do not come out even.
_WEIGHT_SLACK = 0.005
_PLACES = 9
_MIDDLE = 2.5  # of the scale from 1 to 4
_SINGULAR = {
    "strengths": "strength",
    "weaknesses": "weakness",
    "opportunities": "opportunity",
    "threats": "threat",
}


# ---------------------------------------------------------------- factors


@dataclass(frozen=True)
class Factor:
    """One factor of a SWOT list.

    Attributes:
        factor: its name, unique within the list.
        side: ``"S"``, ``"W"``, ``"O"`` or ``"T"``.
        evidence: what shows it: a table and a number, or a sentence. Required.
        weight: how much it matters for success in the industry, 0 to 1. The weights of
            the inside add up to 1, and so do those of the outside.
        rating: 1 to 4. Inside, 1 is a major and 2 a minor weakness, 3 a minor and 4 a
            major strength. Outside, 1 to 4 say how well the firm responds: poorly,
            on average, well, superbly.

    >>> Factor("known in the counties", "S", "market/opinions: 82 % aware", 0.3, 4).side
    'S'
    """

    factor: str
    side: str
    evidence: str
    weight: float
    rating: int


@dataclass(frozen=True)
class Evaluation:
    """The weighted score of one half of a SWOT list.

    Attributes:
        score: from 1 to 4; 2.5 is the middle of the scale.
        table: one row per factor, in the given order: ``factor, side, evidence, weight,
            rating, weighted`` (weight times rating).
    """

    score: float
    table: pd.DataFrame


def factor_table(factors: Iterable[Factor]) -> pd.DataFrame:
    """Return the factors as a checked table.

    Args:
        factors: in the order in which they are to be listed.

    Returns:
        One row per factor: ``factor, side, evidence, weight, rating``.

    Raises:
        ContractError: see `check_factors`.

    >>> factor_table([Factor("poor taste", "W", "taste 2.7 of 5", 1.0, 1)])
           factor side        evidence  weight  rating
    0  poor taste    W  taste 2.7 of 5     1.0       1
    """
    rows = [asdict(factor) for factor in factors]
    names = ["factor", "side", "evidence", "weight", "rating"]
    table = pd.DataFrame(rows, columns=names)
    check_factors(table)
    return table


def check_factors(factors: pd.DataFrame) -> None:
    """Check a SWOT list against its contract.

    Args:
        factors: ``factor`` (unique text), ``side`` (S, W, O, T), ``evidence`` (text
            that is neither blank nor the factor's name again), ``weight`` (0 to 1),
            ``rating`` (whole: 3 or 4 for S, 1 or 2 for W, 1 to 4 for O and T). That
            weights add up is for `ife` and `efe` to check.

    Raises:
        ContractError: at the first column that breaks the contract, with its rows.

    >>> bare = pd.DataFrame({"factor": ["good name"], "side": ["S"], "evidence": [" "],
    ...                      "weight": [1.0], "rating": [4]})
    >>> try:
    ...     check_factors(bare)
    ... except ContractError as error:
    ...     print(error)
    Table factors, column evidence: 1 factor has no evidence.
    Where: row 0: ' '.
    What to do: name the table and number that show it, or say how it is known.
    """
    require_columns(
        factors,
        {
            "factor": "string",
            "side": "string",
            "evidence": "string",
            "weight": "number",
            "rating": "integer",
        },
        table_name="factors",
        may_be_missing=["evidence"],
    )
    names = _plain(factors["factor"])
    _fail(
        names == "",
        factors,
        "factor",
        "has no name",
        "write what the factor is",
    )
    _fail(
        names.duplicated(keep=False),
        factors,
        "factor",
        "has the name of another",
        "give each factor a name of its own",
    )
    _fail(
        ~factors["side"].isin(list(SIDES)),
        factors,
        "side",
        "is on no known side",
        "the sides are S, W, O and T",
    )
    given = _plain(factors["evidence"])
    _fail(
        (given == "") | (given == names),
        factors,
        "evidence",
        "has no evidence",
        "name the table and number that show it, or say how it is known",
    )
    _fail(
        ~factors["weight"].between(0, 1),
        factors,
        "weight",
        "has a weight outside of 0 to 1",
        "weights are shares of 1",
    )
    low = factors["side"].map({side: least for side, (least, _) in _RATINGS.items()})
    high = factors["side"].map({side: most for side, (_, most) in _RATINGS.items()})
    _fail(
        (factors["rating"] < low) | (factors["rating"] > high),
        factors,
        "rating",
        "has a rating that its side does not allow",
        "rate a strength 3 or 4, a weakness 1 or 2, an opportunity or threat 1 to 4",
    )


# ---------------------------------------------------------------- weighted scores


def ife(factors: pd.DataFrame) -> Evaluation:
    """Return the internal factor evaluation: how strong the firm is inside.

    Args:
        factors: a SWOT list, see `check_factors`; only strengths and weaknesses count,
            and their weights add up to 1 (to within 0.005).

    Returns:
        The score, the sum of weight times rating, and its table.

    Raises:
        ContractError: the list breaks its contract, has no factor inside, or the
            weights do not add up to 1.

    Source: David, Strategic Management: Concepts and Cases, 13th ed., 2011, chapter 4.
    Later editions rate how well the firm responds, inside too; this is the older rule.

    >>> factors = factor_table([
    ...     Factor("known in the counties", "S", "82 % aware", 0.6, 4),
    ...     Factor("poor taste", "W", "taste 2.7 of 5", 0.4, 1)])
    >>> ife(factors).score
    2.8
    """
    return _evaluate(factors, _INSIDE)


def efe(factors: pd.DataFrame) -> Evaluation:
    """Return the external factor evaluation: how well the firm meets the outside.

    Args:
        factors: a SWOT list, see `check_factors`; only opportunities and threats count,
            and their weights add up to 1 (to within 0.005).

    Returns:
        The score, the sum of weight times rating, and its table.

    Raises:
        ContractError: the list breaks its contract, has no factor outside, or the
            weights do not add up to 1.

    Source: David, Strategic Management: Concepts and Cases, 13th ed., 2011, chapter 3.

    >>> factors = factor_table([
    ...     Factor("online grows", "O", "11 % a quarter", 0.7, 1),
    ...     Factor("rural stores shrink", "T", "3 % a quarter", 0.3, 2)])
    >>> efe(factors).score
    1.3
    """
    return _evaluate(factors, _OUTSIDE)


def _evaluate(factors: pd.DataFrame, sides: tuple[str, str]) -> Evaluation:
    check_factors(factors)
    table = factors.loc[
        factors["side"].isin(sides),
        ["factor", "side", "evidence", "weight", "rating"],
    ].reset_index(drop=True)
    words = " and ".join(SIDES[side] for side in sides)
    if not len(table):
        raise ContractError(
            f"there are no {words} in it",
            table="factors",
            column="side",
            remedy="list at least one factor",
        )
    total = math.fsum(table["weight"])
    if abs(total - 1) > _WEIGHT_SLACK:
        raise ContractError(
            f"the weights of {words} add up to {total:g}, and must add up to 1",
            table="factors",
            column="weight",
            rows=table,
            remedy="divide each weight by their sum",
        )
    table["weighted"] = (table["weight"] * table["rating"]).round(_PLACES)
    score = math.fsum(table["weight"] * table["rating"])
    return Evaluation(score=round(score, _PLACES), table=table)


# ---------------------------------------------------------------- crossing


def tows(factors: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Cross inside and outside: what to do about each pair, and why.

    SO uses a strength to take an opportunity, WO an opportunity to mend a weakness, ST
    a strength to soften a threat, WT overcomes a weakness and avoids a threat.

    Args:
        factors: a SWOT list, see `check_factors`.
        pairs: ``inside`` (a strength or weakness), ``outside`` (an opportunity or
            threat), ``strategy`` (what to do) and ``reason`` (why the two together call
            for it); all text, none blank.

    Returns:
        One row per pair: ``quadrant`` (SO, WO, ST, WT), ``inside, outside, strategy,
        reason``, sorted by quadrant in that order, then as in *pairs*.

    Raises:
        ContractError: a table breaks its contract, a reason is missing, a factor is not
            in the list or on the wrong side, or a pair with the same strategy appears
            twice.

    Source: Weihrich 1982, Long Range Planning 15(2).

    >>> factors = factor_table([
    ...     Factor("known in the counties", "S", "82 % aware", 1.0, 4),
    ...     Factor("online grows", "O", "11 % a quarter", 1.0, 1)])
    >>> pairs = pd.DataFrame({"inside": ["known in the counties"],
    ...     "outside": ["online grows"], "strategy": ["sell online to the counties"],
    ...     "reason": ["who knows the brand need not be won, only served"]})
    >>> tows(factors, pairs)[["quadrant", "strategy"]]
      quadrant                     strategy
    0       SO  sell online to the counties
    """
    check_factors(factors)
    names = ["inside", "outside", "strategy", "reason"]
    require_columns(
        pairs,
        dict.fromkeys(names, "string"),
        table_name="pairs",
        may_be_missing=["strategy", "reason"],
    )
    sides = dict(zip(factors["factor"].tolist(), factors["side"].tolist(), strict=True))
    for column, allowed in (("inside", _INSIDE), ("outside", _OUTSIDE)):
        own = pairs[column].map(sides)
        _fail(
            ~own.isin(allowed),
            pairs,
            column,
            f"is not the name of a factor on side {' or '.join(allowed)}",
            "write the factor as in the list, inside factors under inside, outside "
            "factors under outside",
            table="pairs",
            noun="value",
        )
    for column, remedy in (
        ("strategy", "write what is to be done"),
        (
            "reason",
            "say why these two together call for this strategy; a pair without a "
            "reason is only a cell of a table",
        ),
    ):
        _fail(
            _plain(pairs[column]) == "",
            pairs,
            column,
            f"has no {column}",
            remedy,
            table="pairs",
            noun="pair",
        )
    _fail(
        pairs.duplicated(names[:3], keep=False),
        pairs,
        "strategy",
        "is there twice",
        "keep one row for a pair and a strategy",
        table="pairs",
        noun="pair",
    )
    table = pairs[names].copy()
    quadrants = ["SO", "WO", "ST", "WT"]
    found = [
        sides[inside] + sides[outside]
        for inside, outside in zip(pairs["inside"], pairs["outside"], strict=True)
    ]
    table.insert(0, "quadrant", pd.Series(found, index=table.index, dtype="str"))
    return table.sort_values(
        "quadrant",
        key=lambda column: column.map(quadrants.index),
        kind="stable",
        ignore_index=True,
    )


# ---------------------------------------------------------------- screening


def screen(strategies: pd.DataFrame, *, weights: Mapping[str, float]) -> pd.DataFrame:
    """Score and rank strategies on weighted criteria.

    Args:
        strategies: ``strategy`` (unique text) and one column of numbers per criterion,
            on one common scale, more being better.
        weights: criterion -> weight, none below 0, adding up to 1 (to within 1e-9).

    Returns:
        ``strategy, score, rank, n_tied``, best first, equals in the given order. Equal
        scores (to nine places) share the best of their ranks, 1 1 3, and ``n_tied``
        says how many others share it: the numbers do not choose among them.

    Raises:
        ContractError: a column is absent, no number or has missing values, or a
            strategy appears twice.
        ValueError: there are no weights, one is negative, or they do not add up to 1.

    >>> strategies = pd.DataFrame({"strategy": ["online", "taste", "counties"],
    ...                            "gain": [5, 4, 3], "ease": [2, 3, 4]})
    >>> screen(strategies, weights={"gain": 0.6, "ease": 0.4})
       strategy  score  rank  n_tied
    0    online    3.8     1       0
    1     taste    3.6     2       0
    2  counties    3.4     3       0
    """
    values, parts = _criteria(strategies, weights)
    scores = pd.Series((values @ parts).round(_PLACES))
    table = pd.DataFrame(
        {
            "strategy": strategies["strategy"].to_numpy(),
            "score": scores,
            "rank": scores.rank(method="min", ascending=False).astype("int64"),
            "n_tied": scores.groupby(scores).transform("size").astype("int64") - 1,
        }
    )
    return table.sort_values("rank", kind="stable", ignore_index=True)


def weight_sensitivity(
    strategies: pd.DataFrame,
    *,
    weights: Mapping[str, float],
    concentration: float,
    n_draws: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Ask how often each strategy comes first when the weights move.

    The weights are drawn around the given ones, from a Dirichlet distribution with
    parameters *concentration* times weight: each draw adds up to 1, and a weight w
    spreads with standard deviation ``sqrt(w (1 - w) / (concentration + 1))``. A weight
    of 0 stays 0.

    Args:
        strategies: as for `screen`.
        weights: as for `screen`.
        concentration: how close the draws stay, above 0: 10 is doubtful, 100 is sure.
        n_draws: number of draws, at least 1.
        rng: where the draws come from.

    Returns:
        One row per strategy in the order of `screen`: ``strategy, score, rank`` (with
        the weights as given), ``first_share`` (share of the draws in which it comes
        first; who share a first place share the draw, so that the column adds up to 1),
        ``mean_rank`` and ``worst_rank`` over the draws.

    Raises:
        ContractError, ValueError: as for `screen`; *concentration* or *n_draws* is out
            of its range.

    >>> strategies = pd.DataFrame({"strategy": ["online", "taste", "nothing"],
    ...                            "gain": [5, 3, 1], "ease": [2, 4, 1]})
    >>> table = weight_sensitivity(strategies, weights={"gain": 0.5, "ease": 0.5},
    ...     concentration=20, n_draws=2000, rng=np.random.default_rng(1))
    >>> table[["strategy", "worst_rank"]]
      strategy  worst_rank
    0   online           2
    1    taste           2
    2  nothing           3
    """
    values, parts = _criteria(strategies, weights)
    if not (math.isfinite(concentration) and concentration > 0):
        raise ValueError(f"concentration must be above 0, not {concentration!r}")
    if n_draws < 1:
        raise ValueError(f"n_draws must be at least 1, not {n_draws!r}")
    # Gamma draws over their sum are Dirichlet, and a shape of 0 gives 0.
    drawn = rng.gamma(concentration * parts, size=(n_draws, len(parts)))
    total = drawn.sum(axis=1, keepdims=True)
    # Tiny shapes may underflow to nothing: such a draw has no direction of its own.
    drawn = np.where(total > 0, drawn / np.where(total > 0, total, 1.0), parts)
    scores = (drawn @ values.T).round(_PLACES)
    base = screen(strategies, weights=weights)
    if not len(strategies):
        return base.drop(columns="n_tied").assign(
            first_share=pd.Series(dtype="float64"),
            mean_rank=pd.Series(dtype="float64"),
            worst_rank=pd.Series(dtype="int64"),
        )
    first = scores == scores.max(axis=1, keepdims=True)
    ranks = 1 + (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    moved = pd.DataFrame(
        {
            "first_share": (first / first.sum(axis=1, keepdims=True)).mean(axis=0),
            "mean_rank": ranks.mean(axis=0),
            "worst_rank": ranks.max(axis=0).astype("int64"),
        },
        index=strategies["strategy"].to_numpy(),
    ).loc[base["strategy"].to_numpy()]
    return pd.concat(
        [base.drop(columns="n_tied"), moved.reset_index(drop=True)], axis=1
    )


def _criteria(
    strategies: pd.DataFrame, weights: Mapping[str, float]
) -> tuple[Any, Any]:
    """Return the criteria's values, one row per strategy, and the weights."""
    if not weights:
        raise ValueError("weights must name at least one criterion")
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f"the weight of {name} must be 0 or more, not {weight!r}")
    total = math.fsum(weights.values())
    if not math.isclose(total, 1, abs_tol=1e-9):
        raise ValueError(f"the weights add up to {total:g}, and must add up to 1")
    require_columns(
        strategies,
        {"strategy": "string"} | dict.fromkeys(weights, "number"),
        table_name="strategies",
    )
    _fail(
        strategies["strategy"].duplicated(keep=False),
        strategies,
        "strategy",
        "is there more than once",
        "keep one row per strategy",
        table="strategies",
        noun="strategy",
    )
    values = strategies[list(weights)].to_numpy(dtype=float)
    return values, np.array(list(weights.values()), dtype=float)


# ---------------------------------------------------------------- the board


def swot_board(
    factors: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the four lists side by side, the weightiest factors first.

    Each line ends with the factor's weight × rating. The evidence is in the table,
    which belongs beside the board.

    Args:
        factors: a SWOT list, see `check_factors`.
        title: the finding, in place of the computed one.
        ax: where to draw; None for a figure of its own.

    Returns:
        The axes, without ticks.

    Raises:
        ContractError: the list breaks its contract.

    >>> factors = factor_table([
    ...     Factor("known in the counties", "S", "82 % aware", 1.0, 4),
    ...     Factor("online grows", "O", "11 % a quarter", 1.0, 1)])
    >>> swot_board(factors).get_title(loc="left")
    'Strong inside (4.00 of 4), weak in meeting the outside (1.00)'
    """
    check_factors(factors)
    lists = {
        side: factors[factors["side"] == side].sort_values(
            "weight", ascending=False, kind="stable"
        )
        for side in SIDES
    }
    wrapped = {side: _lines(rows) for side, rows in lists.items()}
    # A row of the board is as high as the longer of its two lists.
    heights = [
        2.2 + max(sum(map(_height, wrapped[side])) or 1.0 for side in pair)
        for pair in (_INSIDE, _OUTSIDE)
    ]
    with plots.style():
        if ax is None:
            _, ax = plots.subplots(height=1.1 + 0.22 * sum(heights))
        ax.set_axis_off()
        ax.set_xlim(0, 2)
        ax.set_ylim(sum(heights), 0)
        looks = {"S": "blue", "W": "vermillion", "O": "green", "T": "purple"}
        for side, colour in looks.items():
            column = 0 if side in "SO" else 1
            row = 0 if side in _INSIDE else 1
            top, height = (0.0, heights[0]) if row == 0 else heights
            ax.add_patch(
                Rectangle(
                    (column + 0.01, top + 0.12),
                    0.98,
                    height - 0.24,
                    facecolor="#f7f7f7",
                    edgecolor="none",
                    gid="decoration",
                )
            )
            ax.add_patch(
                Rectangle(
                    (column + 0.01, top + 0.12),
                    0.012,
                    height - 0.24,
                    facecolor=plots.COLOURS[colour],
                    edgecolor="none",
                    gid="decoration",
                )
            )
            ax.text(
                column + 0.05,
                top + 0.95,
                SIDES[side].capitalize(),
                fontsize=12,
                fontweight="bold",
                va="center",
                color=plots.TEXT_COLOURS[colour],
            )
            line = top + 1.75
            for text in wrapped[side] or ["none listed"]:
                ax.text(column + 0.05, line, text, va="top", linespacing=1.1)
                line += _height(text)
        words = _finding(factors) if title is None else title
        ax.set_title(textwrap.fill(words, 78), loc="left")
    return ax


def _lines(rows: pd.DataFrame) -> list[str]:
    return [
        textwrap.fill(
            f"{row.factor} ({row.weight:.2f} × {row.rating})",
            width=48,
            subsequent_indent="   ",
        )
        for row in rows.itertuples()
    ]


def _height(text: str) -> float:
    """Return the height of a factor in units of the board, with the gap below it."""
    return 1.2 + 0.8 * text.count("\n")


def _finding(factors: pd.DataFrame) -> str:
    try:
        inside, outside = ife(factors).score, efe(factors).score
    except ContractError:
        # Half a list, or weights not settled yet: the board is useful all the same.
        counts = factors["side"].value_counts()
        found = [(int(counts.get(side, 0)), word) for side, word in SIDES.items()]
        listed = [f"{n} {_SINGULAR[word] if n == 1 else word}" for n, word in found]
        return "Listed so far: " + ", ".join(listed)
    return (
        f"{_strength(inside).capitalize()} inside ({inside:.2f} of 4), "
        f"{_strength(outside)} in meeting the outside ({outside:.2f})"
    )


def _strength(score: float) -> str:
    if score == _MIDDLE:
        return "middling"
    return "strong" if score > _MIDDLE else "weak"


# ---------------------------------------------------------------- the parts


def _plain(text: pd.Series[Any]) -> pd.Series[Any]:
    """Return texts for comparison: no outer blanks, small letters, missing as blank."""
    return (
        text.astype(object).where(text.notna(), "").astype(str).str.strip().str.lower()
    )


def _fail(
    bad: pd.Series[Any],
    rows: pd.DataFrame,
    column: str,
    what: str,
    remedy: str,
    *,
    table: str = "factors",
    noun: str = "factor",
) -> None:
    """Raise a ContractError with the rows where *bad* is true, if there are any."""
    failing = bad.to_numpy(dtype=bool)
    n = int(failing.sum())
    if n:
        subject = f"1 {noun} {what}" if n == 1 else f"each of {n} {noun}s {what}"
        raise ContractError(
            subject, table=table, column=column, rows=rows[failing], remedy=remedy
        )
