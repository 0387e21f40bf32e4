"""What a customer is worth: the past added up, and models that look ahead.

From the simplest to the fullest:

- `all_revenue`: the course's definition, everything paid so far;
- `margin_retention`: a margin a period, and a share of customers kept each period;
- `fit_bgnbd` and `fit_gamma_gamma`: how often and for how much each customer will buy,
  learnt by maximum likelihood from when all of them bought; `discounted_value` joins
  the two. `evaluate` and `by_group` hold a forecast against a later period.

**Names.** The field calls two things *recency*. In RFM it is the time since the last
order: our `days_since_last_order`. In these models it is the customer's age when he
last ordered, a large number for somebody who was here yesterday: our
``age_at_last_order``. Neither word is used for the other here. The contract columns of
`summarise_repeats`, which all models read (in brackets the letters of the papers):

- ``n_repeat_orders`` (x): days with an order after the first one. Several orders on
  one day count once;
- ``age_at_last_order`` (t_x): time from the first order to the last; 0 without repeat;
- ``age`` (T): time from the first order to ``as_of``, in the same unit;
- ``mean_repeat_spend_cents``: mean spending on a day with an order, the first day left
  out; missing without repeat.

**Sources.** Fader, Hardie and Lee (2005, *Marketing Science* 24) for BG/NBD; Batislam,
Denizel and Filiztekin (2007, *International Journal of Research in Marketing* 24) for
the variant in which already the first order may be the last; Fader, Hardie and Lee
(2005, *Journal of Marketing Research* 42) and Fader and Hardie (2013, a note at
brucehardie.com) for Gamma-Gamma; Gupta and Lehmann (2003, *Journal of Interactive
Marketing* 17) for margin and retention.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy import optimize, special

from crmlib.datasets import require_columns
from crmlib.errors import ContractError, CrmError
from crmlib.purchases import parse_day

__all__ = [
    "BGNBD",
    "Evaluation",
    "FitError",
    "GammaGamma",
    "Independence",
    "all_revenue",
    "by_group",
    "discount_rate",
    "discounted_value",
    "evaluate",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "margin_retention",
    "spend_independence",
    "summarise_repeats",
]

Unit = Literal["days", "weeks"]
_Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
_DAYS = {"days": 1.0, "weeks": 7.0}
_YEAR = 365.25  # days

_HISTORY = {"n_repeat_orders": "integer", "age_at_last_order": "number"}
_AGED = _HISTORY | {"age": "number"}
_SPEND = "mean_repeat_spend_cents"


class FitError(CrmError, ValueError):
    """A model could not be fitted, and why.

    Attributes:
        model: the model's name.
        reason: what stands in the way, as a sentence without a full stop.
        evidence: where the search ended: the parameters, the log-likelihood, the
            smallest curvature on the logarithmic scale (near 0: the data do not
            determine the parameters), and the number of customers.

    >>> error = FitError("BG/NBD", "nobody has ordered twice", {"n_customers": 3})
    >>> print(error)
    BG/NBD was not fitted: nobody has ordered twice.
    Where: n_customers 3.
    """

    def __init__(self, model: str, reason: str, evidence: Mapping[str, float]) -> None:
        self.model = model
        self.reason = reason
        self.evidence = dict(evidence)
        where = ", ".join(f"{name} {value:.6g}" for name, value in evidence.items())
        super().__init__(f"{model} was not fitted: {reason}.\nWhere: {where}.")

    def __reduce__(self) -> tuple[type[FitError], tuple[Any, ...]]:
        return FitError, (self.model, self.reason, dict(self.evidence))


# --------------------------------------------------------------- the past, added up


def all_revenue(orders: pd.DataFrame, *, as_of: dt.date | str) -> pd.DataFrame:
    """Return the course's lifetime value: all revenue over the time of dealing.

    Nothing is taken off for goods, service or waiting, and nothing that is still to
    come is in it.

    Args:
        orders: one row per order: ``customer_id, ordered_on, amount_cents``.
        as_of: the last day that counts.

    Returns:
        One row per customer, sorted: ``customer_id``, ``first_ordered_on``,
        ``last_ordered_on``, ``revenue_cents``.

    Raises:
        ContractError: a column is absent, of another type, or has missing values.
        ValueError: *as_of* is no date.

    >>> orders = pd.DataFrame({"customer_id": ["C1", "C1"], "amount_cents": [500, 300],
    ...     "ordered_on": pd.to_datetime(["2025-01-01", "2025-03-01"])})
    >>> all_revenue(orders, as_of="2025-12-31")["revenue_cents"].tolist()
    [800]
    """
    known = _until(orders, as_of, "as_of")
    return (
        known.groupby("customer_id", observed=True)
        .agg(
            first_ordered_on=("ordered_on", "min"),
            last_ordered_on=("ordered_on", "max"),
            revenue_cents=("amount_cents", "sum"),
        )
        .reset_index()
    )


def summarise_repeats(
    orders: pd.DataFrame,
    *,
    as_of: dt.date | str,
    unit: Unit,
    until: dt.date | str | None = None,
) -> pd.DataFrame:
    """Return what the models need to know of each customer, at the end of *as_of*.

    Several orders on one day count once, with their amounts added up. This is the
    convention of the CDNOW study and of the package lifetimes.

    Args:
        orders: one row per order: ``customer_id, ordered_on, amount_cents``.
        as_of: the last day that counts. Customers who came later are not in the table.
        unit: ``"days"`` or ``"weeks"``: the unit of all ages; a day is 1/7 week.
        until: the last day of a holdout period, which begins the day after *as_of*;
            None for no holdout.

    Returns:
        One row per customer, sorted: ``customer_id``, ``first_ordered_on`` and the
        contract columns (see the top of the module). With *until* also
        ``n_holdout_orders`` and ``holdout_spend_cents``, and ``holdout``, the length
        of the period in the unit.

    Raises:
        ContractError: a column is absent, of another type, or has missing values.
        ValueError: an unknown unit, a day that is no date, *until* not after *as_of*.

    >>> orders = pd.DataFrame({"customer_id": ["C1"] * 4, "ordered_on": pd.to_datetime(
    ...     ["2025-01-01", "2025-01-15", "2025-01-15", "2025-02-12"]),
    ...     "amount_cents": [500, 100, 200, 900]})
    >>> row = summarise_repeats(orders, as_of="2025-02-05", unit="weeks").iloc[0]
    >>> int(row["n_repeat_orders"]), float(row["age_at_last_order"]), float(row["age"])
    (1, 2.0, 5.0)
    >>> float(row["mean_repeat_spend_cents"])
    300.0
    """
    if unit not in _DAYS:
        raise ValueError(f"unit must be 'days' or 'weeks', not {unit!r}")
    day = pd.Timestamp(parse_day(as_of, "as_of"))
    last = day if until is None else pd.Timestamp(parse_day(until, "until"))
    if until is not None and last <= day:
        raise ValueError(f"until ({until}) must be after as_of ({as_of})")
    known = _until(orders, last.date(), "until")
    keys = ["customer_id", "ordered_on"]
    days = known.groupby(keys, observed=True)["amount_cents"].sum().reset_index()

    past = days[days["ordered_on"] <= day]
    table = past.groupby("customer_id", observed=True).agg(
        first_ordered_on=("ordered_on", "min"),
        last=("ordered_on", "max"),
        n=("ordered_on", "size"),
    )
    scale = _DAYS[unit]
    first = table["first_ordered_on"]
    table["n_repeat_orders"] = table["n"] - 1
    table["age_at_last_order"] = (table["last"] - first).dt.days / scale
    table["age"] = (day - first).dt.days / scale
    # The days are sorted, so a customer's first is the one that is no duplicate.
    repeats = past[past["customer_id"].duplicated()]
    mean = repeats.groupby("customer_id", observed=True)["amount_cents"].mean()
    table[_SPEND] = mean.reindex(table.index).astype("float64")
    if until is not None:
        later = days[days["ordered_on"] > day].groupby("customer_id", observed=True)
        amount = later["amount_cents"]
        table["n_holdout_orders"] = amount.size().reindex(table.index, fill_value=0)
        table["holdout_spend_cents"] = amount.sum().reindex(table.index, fill_value=0)
        table["holdout"] = (last - day).days / scale
    return table.drop(columns=["last", "n"]).reset_index()


def _until(orders: pd.DataFrame, day: dt.date | str, name: str) -> pd.DataFrame:
    """Check the orders; return those up to the end of *day*."""
    require_columns(
        orders,
        {"customer_id": "", "ordered_on": "date", "amount_cents": "integer"},
        table_name="orders",
    )
    return orders[orders["ordered_on"] <= pd.Timestamp(parse_day(day, name))]


# ------------------------------------------------------------ margin and retention


def margin_retention(
    margin_cents: float,
    *,
    retention: float,
    discount: float,
    periods: int | None = None,
) -> float:
    """Return a customer's value when he stays from period to period by chance.

    He brings *margin_cents* at the start of the first period for certain, and at the
    start of each later one if he is still there; each time he stays with probability
    *retention*. With q = retention / (1 + discount) the value is m (1 - q^n) / (1 - q),
    and m / (1 - q) without an end.

    Args:
        margin_cents: margin a period, in cents.
        retention: probability of staying one more period, 0 to 1.
        discount: interest a period, above -1; 0.1 is 10 %.
        periods: number of periods that count; None for all to come.

    Returns:
        The value in cents, discounted to the start of the first period.

    Raises:
        ValueError: an argument is outside its range, or the sum has no end because
            retention is not below 1 + discount.

    >>> margin_retention(10_000, retention=0.5, discount=0.0)
    20000.0
    >>> margin_retention(10_000, retention=0.5, discount=0.0, periods=2)
    15000.0
    """
    if not math.isfinite(margin_cents):
        raise ValueError(f"margin_cents must be a number, not {margin_cents!r}")
    if not 0 <= retention <= 1:
        raise ValueError(f"retention must be from 0 to 1, not {retention!r}")
    if not (math.isfinite(discount) and discount > -1):
        raise ValueError(f"discount must be above -1, not {discount!r}; 10 % is 0.1")
    if periods is not None and periods < 0:
        raise ValueError(f"periods must be at least 0, not {periods!r}")
    q = retention / (1 + discount)
    if periods is None:
        if q >= 1:
            raise ValueError(
                f"with retention {retention} and discount {discount} the sum has no "
                "end: give periods, or a discount above retention - 1"
            )
        return margin_cents / (1 - q)
    if q == 1:
        return float(margin_cents * periods)
    # expm1 keeps the digits where q is close to 1 (and log1p(-1) at q = 0 is no use).
    share = 1.0 if q == 0 else -math.expm1(periods * math.log(q))
    return margin_cents * (share if periods else 0.0) / (1 - q)


def discount_rate(yearly: float, *, unit: Unit) -> float:
    """Return the discount per *unit* that comes to *yearly* in a year of 365.25 days.

    Raises:
        ValueError: an unknown unit, or a rate of -1 or less.

    >>> round(discount_rate(0.10, unit="weeks"), 6)
    0.001828
    """
    if unit not in _DAYS:
        raise ValueError(f"unit must be 'days' or 'weeks', not {unit!r}")
    if not (math.isfinite(yearly) and yearly > -1):
        raise ValueError(f"yearly must be above -1, not {yearly!r}; 10 % is 0.1")
    return math.expm1(math.log1p(yearly) * _DAYS[unit] / _YEAR)


# ------------------------------------------------------------------------ the models


@dataclass(frozen=True, kw_only=True)
class BGNBD:
    """How often customers order, and when they leave unseen: the BG/NBD model.

    Each customer orders at a rate of his own until he leaves; after each repeat order
    he leaves with a probability of his own. The rates are gamma distributed (shape
    ``r``, rate ``alpha`` in units of time), the probabilities beta (``a``, ``b``). With
    ``first_may_be_last`` he may leave after the first order already (the model MBG/NBD
    of Batislam and others); without it, who has not come back yet is alive for
    certain, however long he has been silent.

    `fit_bgnbd` makes one from data; with published parameters make it yourself.

    Attributes:
        unit: the unit of time of alpha and of all ages.
        standard_errors: of each parameter, by the delta method; empty if not fitted.
        log_likelihood: at these parameters, in the unit of time; NaN if not fitted.
        converged: True from `fit_bgnbd`, which raises `FitError` otherwise.
        n_customers: how many customers it was fitted to.

    >>> cdnow = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="weeks")
    >>> one = pd.DataFrame({"n_repeat_orders": [2], "age_at_last_order": [30.43],
    ...     "age": [38.86]})
    >>> round(cdnow.expected_orders(one, within=39).item(), 2)
    1.23
    """

    r: float
    alpha: float
    a: float
    b: float
    unit: Unit
    first_may_be_last: bool = False
    standard_errors: Mapping[str, float] = field(default_factory=dict, compare=False)
    log_likelihood: float = math.nan
    converged: bool = False
    n_customers: int = 0

    def __post_init__(self) -> None:
        if self.unit not in _DAYS:
            raise ValueError(f"unit must be 'days' or 'weeks', not {self.unit!r}")
        _positive(self.params)

    @property
    def params(self) -> dict[str, float]:
        """The four parameters by name."""
        return {"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}

    @property
    def name(self) -> str:
        """The model's name in the literature."""
        return "MBG/NBD" if self.first_may_be_last else "BG/NBD"

    @property
    def sentence(self) -> str:
        """The parameters in words."""
        again = "an order" if self.first_may_be_last else "a repeat order"
        chance = self.a / (self.a + self.b)
        return (
            f"{self.name}: on average {self.r / self.alpha:.3g} orders a "
            f"{self.unit[:-1]}, and a chance of {chance:.0%} to leave "
            f"after {again} ({_with_errors(self.params, self.standard_errors)})."
        )

    def probability_alive(self, summary: pd.DataFrame) -> pd.Series[float]:
        """Return the probability that each customer has not left at his age.

        Args:
            summary: ``n_repeat_orders, age_at_last_order, age`` of each customer.

        Returns:
            From 0 to 1, with the index of *summary*.

        Raises:
            ContractError: the table breaks its contract.
        """
        x, t_x, age = _ages(summary)
        return pd.Series(self._alive(x, t_x, age), summary.index, name="p_alive")

    def _alive(self, x: _Array, t_x: _Array, age: _Array) -> _Array:
        n = x + self.first_may_be_last
        log_odds = (
            math.log(self.a)
            - np.log(np.where(n > 0, self.b + n - 1, 1.0))
            + (self.r + x) * np.log((self.alpha + age) / (self.alpha + t_x))
        )
        alive: _Array = np.where(n > 0, special.expit(-log_odds), 1.0)
        return alive

    def expected_orders(
        self, summary: pd.DataFrame, *, within: float
    ) -> pd.Series[float]:
        """Return how many days with an order to expect of each customer.

        Args:
            summary: ``n_repeat_orders, age_at_last_order, age`` of each customer.
            within: the length of time to come, at least 0, in the model's unit.

        Returns:
            The expected number, E[Y(t) | x, t_x, T], with the index of *summary*.

        Raises:
            ContractError: the table breaks its contract.
            ValueError: *within* is below 0.
        """
        x, t_x, age = _ages(summary)
        _not_negative("within", within)
        expected = self._alive(x, t_x, age) * self._if_alive(x, age, within)
        return pd.Series(expected, summary.index, name="expected_orders")

    def expected_orders_of_newcomer(self, *, within: float) -> float:
        """Return the expected repeat orders of somebody who orders for the first time.

        >>> cdnow = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="weeks")
        >>> round(cdnow.expected_orders_of_newcomer(within=52), 2)
        1.45
        """
        _not_negative("within", within)
        nothing = np.zeros(1)
        at_once = self._alive(nothing, nothing, nothing)
        return float((at_once * self._if_alive(nothing, nothing, within))[0])

    def _if_alive(self, x: _Array, age: _Array, within: float) -> _Array:
        """Return the expected orders of those who are alive."""
        n = x + self.first_may_be_last
        near = np.abs(self.a - 1) < 1e-5
        near |= bool((np.abs(self.a + self.b + n - 1) < 1e-5).any())
        if not near:
            return self._series(self.a, x, n, age, within)
        # A removable hole (at a = 1 or at a + b + n = 1): the mean of its two sides.
        sides = [self._series(self.a + s, x, n, age, within) for s in (-3e-5, 3e-5)]
        return (sides[0] + sides[1]) / 2

    def _series(
        self, a: float, x: _Array, n: _Array, age: _Array, within: float
    ) -> _Array:
        # The paper's 2F1(r + x, b + x; c; z), after Euler's transformation: its first
        # two arguments no longer grow with x, so that it stays exact for large x.
        c = a + self.b + n - 1
        z = within / (self.alpha + age + within)
        f = special.hyp2f1(c - self.r - x, a - 1, c, z)
        expected: _Array = c / (a - 1) * (1 - (1 - z) ** (a - 1) * f)
        return np.maximum(expected, 0.0)


@dataclass(frozen=True, kw_only=True)
class GammaGamma:
    """How much a customer spends on a day with an order: the Gamma-Gamma model.

    Each customer's spending varies about a mean of his own (gamma, shape ``p``), and
    the means vary between customers (``q``, ``gamma_cents``). It is assumed that the
    mean has nothing to do with how often he orders: see `spend_independence`.

    Attributes:
        standard_errors, log_likelihood, converged, n_customers: as of `BGNBD`; the
            customers are those with a repeat order. The likelihood is one of amounts
            in cents: in yuan it is larger by n_customers times log(100).

    >>> cdnow = GammaGamma(p=6.25, q=3.74, gamma_cents=1544)
    >>> round(cdnow.mean_spend_cents)
    3522
    """

    p: float
    q: float
    gamma_cents: float
    standard_errors: Mapping[str, float] = field(default_factory=dict, compare=False)
    log_likelihood: float = math.nan
    converged: bool = False
    n_customers: int = 0

    def __post_init__(self) -> None:
        _positive(self.params)

    @property
    def params(self) -> dict[str, float]:
        """The three parameters by name."""
        return {"p": self.p, "q": self.q, "gamma_cents": self.gamma_cents}

    @property
    def mean_spend_cents(self) -> float:
        """The mean of all customers' means; infinite unless q is above 1."""
        if self.q <= 1:
            return math.inf
        return self.p * self.gamma_cents / (self.q - 1)

    @property
    def sentence(self) -> str:
        """The parameters in words."""
        yuan = self.mean_spend_cents / 100
        return (
            f"Gamma-Gamma: an order day brings {yuan:,.2f} yuan on average "
            f"({_with_errors(self.params, self.standard_errors)})."
        )

    def expected_spend_cents(self, summary: pd.DataFrame) -> pd.Series[float]:
        """Return the expected spending of each customer on a day with an order.

        It lies between his own mean so far and that of all customers, nearer to his
        own the more repeat orders he has; without one it is that of all.

        Args:
            summary: ``n_repeat_orders, mean_repeat_spend_cents`` of each customer.

        Raises:
            ContractError: the table breaks its contract.

        >>> cdnow = GammaGamma(p=6.25, q=3.74, gamma_cents=1544)
        >>> two = pd.DataFrame({"n_repeat_orders": [0, 2],
        ...     "mean_repeat_spend_cents": [None, 2235.0]})
        >>> cdnow.expected_spend_cents(two).round().tolist()
        [3522.0, 2466.0]
        """
        x, z = _spending(summary)
        shape = self.p * x + self.q
        mean = self.p * (self.gamma_cents + x * z) / np.where(shape > 1, shape - 1, 1.0)
        expected = np.where(shape > 1, mean, np.inf)
        return pd.Series(expected, summary.index, name="expected_spend_cents")


def _positive(params: Mapping[str, float]) -> None:
    for name, value in params.items():
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be a number above 0, not {value!r}")


def _not_negative(name: str, value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be a number of at least 0, not {value!r}")


def _with_errors(params: Mapping[str, float], errors: Mapping[str, float]) -> str:
    def one(name: str, value: float) -> str:
        large = value >= 1000
        error = errors.get(name)
        told = "" if error is None else f" ± {error:{',.0f' if large else '.2g'}}"
        return f"{name} {value:{',.0f' if large else '.4g'}}{told}"

    return ", ".join(one(name, value) for name, value in params.items())


# ----------------------------------------------------------------------- their tables


def _column(summary: pd.DataFrame, name: str) -> _Array:
    values: _Array = summary[name].to_numpy(dtype="float64", na_value=np.nan)
    return values


def _refuse(summary: pd.DataFrame, bad: Any, column: str, what: str) -> None:
    """Raise a ContractError with the rows where *bad* is true, if there are any."""
    if np.any(bad):
        raise ContractError(
            what,
            table="summary",
            column=column,
            rows=summary[bad],
            remedy="make the table with value.summarise_repeats",
        )


def _ages(summary: pd.DataFrame) -> tuple[_Array, _Array, _Array]:
    """Check the history's three columns; return them."""
    require_columns(summary, _AGED, table_name="summary")
    x, t_x, age = (_column(summary, name) for name in _AGED)
    _refuse(summary, x < 0, "n_repeat_orders", "a count is below 0")
    _refuse(summary, ~np.isfinite(age), "age", "an age is not finite")
    last = "age_at_last_order"
    _refuse(summary, ~((t_x >= 0) & (t_x <= age)), last, "it is not from 0 to age")
    _refuse(summary, (x > 0) != (t_x > 0), last, "it is 0 just without a repeat order")
    return x, t_x, age


def _spending(summary: pd.DataFrame) -> tuple[_Array, _Array]:
    """Check count and mean spending; return them, with 0 where nobody came back."""
    require_columns(
        summary,
        {"n_repeat_orders": "integer", _SPEND: "number"},
        table_name="summary",
        may_be_missing=[_SPEND],
    )
    x, z = _column(summary, "n_repeat_orders"), _column(summary, _SPEND)
    _refuse(summary, x < 0, "n_repeat_orders", "a count is below 0")
    bad = (x > 0) & ~(np.isfinite(z) & (z > 0))
    _refuse(summary, bad, _SPEND, "a mean that is missing or not above 0")
    return x, np.where(x > 0, z, 0.0)


# --------------------------------------------------------------------------- fitting

# Where a search may go: the logarithm of a parameter over its natural scale.
_FAR = 12.0
# A smaller curvature of the log-likelihood on the logarithmic scale is called flat: its
# standard error would be 7, a factor of a thousand either way.
_FLAT = 0.02
_FINE = 1e-9  # what the last step may still have to gain, in units of log-likelihood

_Objective: TypeAlias = Callable[[_Array], tuple[float, _Array]]


@dataclass(frozen=True)
class _Optimum:
    theta: _Array  # logarithms of the parameters over their scales
    log_likelihood: float
    errors: _Array | None  # standard errors of theta; None if nothing was found
    flattest: float  # the smallest curvature


def _maximise(objective: _Objective, starts: list[list[float]]) -> _Optimum:
    """Find the highest point of a log-likelihood: BFGS from each start, then Newton.

    There can be more than one summit, so every start is tried. The curvature that
    Newton's method needs gives the standard errors as well. *objective* returns the
    log-likelihood and its gradient.
    """

    def negative(theta: _Array) -> tuple[float, _Array]:
        inside = np.clip(theta, -_FAR, _FAR)  # level ground beyond the border
        value, slope = objective(inside)
        return -value, np.where(theta == inside, -slope, 0.0)

    # Not L-BFGS-B: on a busy machine its linear algebra waits for threads, and thirty
    # steps in four dimensions then take 0.2 s in place of 0.005.
    ends = [
        optimize.minimize(
            negative, np.array(start), jac=True, method="BFGS", options={"gtol": 1e-2}
        )
        for start in starts
    ]
    theta: _Array = np.clip(min(ends, key=lambda end: float(end.fun)).x, -_FAR, _FAR)
    errors = None
    for _ in range(20):
        value, slope = objective(theta)
        values, axes = np.linalg.eigh(-_hessian(objective, theta))
        if values[0] <= _FLAT or np.abs(theta).max() >= _FAR:
            break
        step: _Array = axes @ ((axes.T @ slope) / values)
        if float(slope @ step) < _FINE:
            errors = np.sqrt((axes**2 / values).sum(axis=1))
            break
        theta = theta + step * min(1.0, 1.0 / float(np.abs(step).max()))
    return _Optimum(theta, value, errors, float(values[0]))


def _hessian(objective: _Objective, theta: _Array) -> _Array:
    """Return the second derivatives, from differences of the gradient."""
    step = 1e-4 * np.eye(len(theta))
    rows = [objective(theta + one)[1] - objective(theta - one)[1] for one in step]
    hessian: _Array = np.array(rows) / 2e-4
    return (hessian + hessian.T) / 2


def _result(
    model: str, best: _Optimum, names: list[str], scales: list[float], n: int, why: str
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the parameters and their standard errors, or raise a FitError."""
    values = np.exp(best.theta) * scales
    params = {name: float(value) for name, value in zip(names, values, strict=True)}
    if best.errors is None:
        evidence = params | {
            "log_likelihood": best.log_likelihood,
            "smallest_curvature": best.flattest,
            "n_customers": n,
        }
        raise FitError(model, why, evidence)
    # The delta method: the error of a parameter is it times its logarithm's error.
    errors = values * best.errors
    return params, dict(zip(names, map(float, errors), strict=True))


def fit_bgnbd(
    summary: pd.DataFrame, *, unit: Unit, first_may_be_last: bool = False
) -> BGNBD:
    """Fit the BG/NBD model by maximum likelihood.

    Equal histories are counted once, and special functions are taken once for each
    number of orders, so a year of a shop takes milliseconds. The standard errors come
    from the curvature on the logarithmic scale (delta method).

    Args:
        summary: ``n_repeat_orders, age_at_last_order, age`` of each customer, as from
            `summarise_repeats`; those without a repeat order belong in it.
        unit: the unit of the ages, ``"days"`` or ``"weeks"``.
        first_may_be_last: whether a customer may leave after the first order already
            (MBG/NBD) or only after a repeat order (BG/NBD).

    Raises:
        ContractError: the table breaks its contract.
        FitError: the data do not determine the parameters; the message says which.
        ValueError: an unknown unit.

    Source: Fader, Hardie and Lee 2005; Batislam, Denizel and Filiztekin 2007.

    >>> one = pd.DataFrame({"n_repeat_orders": [0], "age_at_last_order": [0.0],
    ...     "age": [38.9]})
    >>> fit_bgnbd(one, unit="weeks")
    Traceback (most recent call last):
        ...
    crmlib.value.FitError: BG/NBD was not fitted: nobody has ordered twice, so nothing \
shows how often customers come.
    Where: n_customers 1, n_repeat_customers 0.
    """
    if unit not in _DAYS:
        raise ValueError(f"unit must be 'days' or 'weeks', not {unit!r}")
    name = "MBG/NBD" if first_may_be_last else "BG/NBD"
    x, t_x, age = _ages(summary)
    _some_repeat(name, x)
    scale = float(age.mean())
    objective = _bgnbd_likelihood(x, t_x / scale, age / scale, first_may_be_last)
    slow = math.log(len(x) / x.sum())  # the logarithm of a mean time between orders
    starts = [
        [0.0, slow, 0.0, 1.0],
        [-1.5, slow - 1.5, 0.0, 0.0],
        [0.5, slow + 0.5, -1.5, -0.5],
    ]
    best = _maximise(objective, starts)
    params, errors = _result(
        name,
        best,
        ["r", "alpha", "a", "b"],
        [1.0, scale, 1.0, 1.0],
        len(x),
        _why_not_bgnbd(best.theta),
    )
    return BGNBD(
        **params,
        unit=unit,
        first_may_be_last=first_may_be_last,
        standard_errors=errors,
        log_likelihood=best.log_likelihood - float(x.sum()) * math.log(scale),
        converged=True,
        n_customers=len(x),
    )


def _some_repeat(name: str, x: _Array) -> None:
    if not (x > 0).any():
        raise FitError(
            name,
            "nobody has ordered twice, so nothing shows how often customers come"
            if name.endswith("NBD")
            else "nobody has ordered twice, so no repeat spending is known",
            {"n_customers": len(x), "n_repeat_customers": 0},
        )


def _bgnbd_likelihood(
    x: _Array, t_x: _Array, age: _Array, first_may_be_last: bool
) -> _Objective:
    """Return the log-likelihood and its gradient as a function of four logarithms."""
    histories = pd.DataFrame({"x": x, "t_x": t_x, "age": age})
    groups = histories.groupby(["x", "t_x", "age"], sort=False).size().reset_index()
    x, t_x, age, weight = (groups[name].to_numpy(dtype="float64") for name in groups)
    counts, place = np.unique(x, return_inverse=True)
    many = np.bincount(place, weights=weight)  # customers with each count
    total = float(weight.sum())
    chances = counts + first_may_be_last  # how often each could have left
    mortal = (x + first_may_be_last) > 0
    later = np.maximum(chances - 1, 0)

    def objective(theta: _Array) -> tuple[float, _Array]:
        r, alpha, a, b = np.exp(theta)
        log_t, log_age = np.log(alpha + t_x), np.log(alpha + age)
        # Having left at t_x against being alive at age, as a logarithm of odds.
        odds = (math.log(a) - np.log(b + later))[place] + (r + x) * (log_age - log_t)
        left = np.where(mortal, special.expit(odds), 0.0)
        # logaddexp(0, odds) without a second exponential: -log(1 - left), but stable.
        either = np.where(mortal, np.logaddexp(0.0, odds), 0.0)
        gammas = special.gammaln(r + counts)
        gammas += special.gammaln(b + chances) - special.gammaln(a + b + chances)
        value = many @ gammas - weight @ ((r + x) * log_age - either)
        value += total * (
            r * theta[1]
            - special.gammaln(r)
            + special.gammaln(a + b)
            - special.gammaln(b)
        )
        gone = weight * left
        stay = weight - gone
        n_gone = float(gone.sum())
        both = special.psi(a + b)
        ends = many @ special.psi(a + b + chances)
        last = np.bincount(place, weights=gone, minlength=len(counts)) @ (
            1 / (b + later)
        )
        slope = np.array(
            [
                many @ special.psi(r + counts)
                + total * (theta[1] - special.psi(r))
                - stay @ log_age
                - gone @ log_t,
                total * r / alpha
                - (stay * (r + x)) @ (1 / (alpha + age))
                - (gone * (r + x)) @ (1 / (alpha + t_x)),
                total * both - ends + n_gone / a,
                total * (both - special.psi(b))
                + many @ special.psi(b + chances)
                - ends
                - last,
            ]
        )
        return float(value), slope * np.exp(theta)

    return objective


def _why_not_bgnbd(theta: _Array) -> str:
    """Say which parameters ran away; *theta* are logarithms, time in mean ages."""
    r, _, a, b = np.exp(theta)
    leave = a / (a + b)
    if leave < 1e-3:
        return (
            "the data show no sign of anybody leaving (a / (a + b) runs towards 0), "
            "so a and b are not determined"
        )
    if max(a, b) > 400:
        return (
            f"all customers seem to leave with the same chance, {leave:.1%}, so a and "
            "b grow without limit and only their ratio is determined"
        )
    if r > 400:
        return (
            "all customers seem to order at the same rate, so r and alpha grow without "
            "limit and only their ratio is determined"
        )
    if max(a, b) < 1e-2:
        return (
            "customers seem to leave at once or never, so a and b run towards 0 and "
            "only their ratio is determined"
        )
    return (
        f"the data of so few repeat orders do not determine the parameters (r {r:.3g}, "
        f"a {a:.3g}, b {b:.3g}): the likelihood is flat around the best point found"
    )


def fit_gamma_gamma(summary: pd.DataFrame) -> GammaGamma:
    """Fit the Gamma-Gamma model of spending by maximum likelihood.

    Args:
        summary: ``n_repeat_orders, mean_repeat_spend_cents`` of each customer, as from
            `summarise_repeats`. Only those with a repeat order tell anything.

    Raises:
        ContractError: the table breaks its contract, or a mean is not above 0.
        FitError: the data do not determine the parameters; the message says why.

    Source: Fader and Hardie 2013.

    >>> one = pd.DataFrame({"n_repeat_orders": [0], "mean_repeat_spend_cents": [None]})
    >>> fit_gamma_gamma(one.astype({"mean_repeat_spend_cents": float}))
    Traceback (most recent call last):
        ...
    crmlib.value.FitError: Gamma-Gamma was not fitted: nobody has ordered twice, so no \
repeat spending is known.
    Where: n_customers 1, n_repeat_customers 0.
    """
    name = "Gamma-Gamma"
    x, z = _spending(summary)
    _some_repeat(name, x)
    x, z = x[x > 0], z[x > 0]
    scale = float(z.mean())
    objective = _gamma_gamma_likelihood(x, z / scale)
    best = _maximise(objective, [[0.7, 1.0, 0.0], [2.0, 2.0, 0.0], [0.0, 0.5, -1.0]])
    params, errors = _result(
        name,
        best,
        ["p", "q", "gamma_cents"],
        [1.0, 1.0, scale],
        len(x),
        _why_not_gamma_gamma(best.theta),
    )
    return GammaGamma(
        **params,
        standard_errors=errors,
        log_likelihood=best.log_likelihood - len(x) * math.log(scale),
        converged=True,
        n_customers=len(x),
    )


def _gamma_gamma_likelihood(x: _Array, z: _Array) -> _Objective:
    """Return the log-likelihood and its gradient as a function of three logarithms."""
    counts, place = np.unique(x, return_inverse=True)
    many = np.bincount(place).astype("float64")
    spent = x * z
    n, log_z, x_log = float(len(x)), float(np.log(z).sum()), float(x @ np.log(spent))

    def objective(theta: _Array) -> tuple[float, _Array]:
        p, q, gamma = np.exp(theta)
        shape = p * counts + q
        log_all = np.log(gamma + spent)
        value = many @ (special.gammaln(shape) - special.gammaln(p * counts))
        value += n * (q * theta[2] - special.gammaln(q)) + p * x_log - log_z
        value -= shape[place] @ log_all
        digamma = special.psi(shape)
        slope = np.array(
            [
                (many * counts) @ (digamma - special.psi(p * counts))
                + x_log
                - x @ log_all,
                many @ digamma + n * (theta[2] - special.psi(q)) - log_all.sum(),
                n * q / gamma - shape[place] @ (1 / (gamma + spent)),
            ]
        )
        return float(value), slope * np.exp(theta)

    return objective


def _why_not_gamma_gamma(theta: _Array) -> str:
    p, q, _ = np.exp(theta)
    if q > 400:
        return (
            "all customers seem to spend alike, so q and gamma grow without limit and "
            "only their ratio is determined"
        )
    if p > 400:
        return (
            "every customer seems to spend the same amount each time, so p grows "
            "without limit"
        )
    return (
        f"the data do not determine the parameters (p {p:.3g}, q {q:.3g}): the "
        "likelihood is flat around the best point found"
    )


# ------------------------------------------------------------------- what follows


@dataclass(frozen=True)
class Independence:
    """How far spending goes along with the number of orders.

    Attributes:
        n_customers: customers with a repeat order.
        correlation: of the count of repeat orders and mean spending; NaN if either
            does not vary.
        low, high: ends of its 95 % interval (Fisher's z); NaN below four customers.
        sentence: the finding.
    """

    n_customers: int
    correlation: float
    low: float
    high: float
    sentence: str


def spend_independence(summary: pd.DataFrame) -> Independence:
    """Check what Gamma-Gamma assumes: spending does not depend on how often one comes.

    Args:
        summary: ``n_repeat_orders, mean_repeat_spend_cents`` of each customer.

    Raises:
        ContractError: the table breaks its contract, or a mean is not above 0.

    Source: Fader and Hardie 2013, who report the same correlation.

    >>> table = pd.DataFrame({"n_repeat_orders": [1, 2, 3, 4, 0],
    ...     "mean_repeat_spend_cents": [100.0, 300.0, 300.0, 100.0, None]})
    >>> print(spend_independence(table).sentence)
    Among 4 customers who came back, orders and spending have a correlation of +0.00 \
(-0.96 to +0.96): no sign against independence.
    """
    x, z = _spending(summary)
    z, x = z[x > 0], x[x > 0]
    n = len(x)
    if n < 2 or np.ptp(x) == 0 or np.ptp(z) == 0:
        found = low = high = math.nan
        verdict = "a correlation needs customers who differ"
        return Independence(n, found, low, high, f"Among {n} customers: {verdict}.")
    found = float(np.clip(np.corrcoef(x, z)[0, 1], -1, 1))
    low = high = math.nan
    if n > 3:
        spread = 1.959964 / math.sqrt(n - 3)
        middle = math.atanh(min(max(found, -1 + 1e-15), 1 - 1e-15))
        low, high = math.tanh(middle - spread), math.tanh(middle + spread)
    if low > 0 or high < 0:
        more = "more" if found > 0 else "less"
        verdict = f"who comes often spends {more}, which the model leaves out"
    else:
        verdict = "no sign against independence"
    sentence = (
        f"Among {n:,} customers who came back, orders and spending have a correlation "
        f"of {found:+.2f} ({low:+.2f} to {high:+.2f}): {verdict}."
    )
    return Independence(n, found, low, high, sentence)


def discounted_value(
    summary: pd.DataFrame,
    *,
    orders: BGNBD,
    spend: GammaGamma,
    periods: int,
    discount: float,
    margin: float = 1.0,
) -> pd.DataFrame:
    """Return what each customer is worth over so many periods to come.

    The orders expected in each period, times the expected spending, times the margin,
    discounted as if paid at the period's end.

    Args:
        summary: the contract columns of each customer, as from `summarise_repeats`.
        orders: the model of ordering.
        spend: the model of spending.
        periods: how many units of the ordering model's time to look ahead, at least 0.
        discount: interest per unit of the ordering model's time, above -1; see
            `discount_rate`.
        margin: what remains of a yuan of revenue; 1 for revenue itself.

    Returns:
        One row per customer, with the index of *summary*: ``expected_orders``,
        ``expected_spend_cents`` (on a day with an order) and ``value_cents``.

    Raises:
        ContractError: the table breaks its contract.
        ValueError: an argument is outside its range.

    >>> one = pd.DataFrame({"n_repeat_orders": [2], "age_at_last_order": [30.43],
    ...     "age": [38.86], "mean_repeat_spend_cents": [2235.0]})
    >>> cdnow = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="weeks")
    >>> spend = GammaGamma(p=6.25, q=3.74, gamma_cents=1544)
    >>> table = discounted_value(one, orders=cdnow, spend=spend, periods=39,
    ...     discount=discount_rate(0.15, unit="weeks"))
    >>> round(table["value_cents"].item() / 100, 1)
    28.8
    """
    if not (isinstance(periods, int) and periods >= 0):
        raise ValueError(f"periods must be a whole number, not {periods!r}")
    if not (math.isfinite(discount) and discount > -1):
        raise ValueError(f"discount must be above -1, not {discount!r}; 1 % is 0.01")
    if not math.isfinite(margin):
        raise ValueError(f"margin must be a number, not {margin!r}")
    x, t_x, age = _ages(summary)
    each = spend.expected_spend_cents(summary)
    before: _Array = np.zeros(len(x))
    worth: _Array = before
    for period in range(1, periods + 1):
        by_now = orders._if_alive(x, age, period)
        worth = worth + (by_now - before) / (1 + discount) ** period
        before = by_now
    alive = orders._alive(x, t_x, age)
    return pd.DataFrame(
        {
            "expected_orders": pd.Series(alive * before, summary.index),
            "expected_spend_cents": each,
            "value_cents": alive * worth * each * margin,
        }
    )


# ------------------------------------------------------------------------ the holdout


@dataclass(frozen=True)
class Evaluation:
    """How far forecasts were from what came.

    Attributes:
        n_customers: how many.
        mae: mean absolute error.
        rmse: root of the mean squared error.
        total_error: sum of the forecasts over the sum of what came, less 1; NaN if
            nothing came.
        sentence: the finding.
    """

    n_customers: int
    mae: float
    rmse: float
    total_error: float
    sentence: str


def evaluate(actual: pd.Series[Any], forecast: pd.Series[Any]) -> Evaluation:
    """Compare a forecast with what came, customer by customer and in total.

    Args:
        actual: what came, one number per customer.
        forecast: the forecast, with the same index.

    Raises:
        ContractError: no customers, values that are missing, or two different indexes.

    >>> evaluate(pd.Series([0, 3]), pd.Series([1.0, 1.0])).sentence
    '2 customers: off by 1.50 on average (RMSE 1.58), in total -33%.'
    """
    came, told = _pair(actual, forecast)
    if not len(came):
        raise ContractError(
            "there are no customers",
            table="actual",
            remedy="pass the outcome of at least one customer",
        )
    errors = told - came
    mae = float(np.abs(errors).mean())
    rmse = float(np.sqrt((errors**2).mean()))
    total = float(told.sum() / came.sum() - 1) if came.sum() else math.nan
    sentence = (
        f"{len(came):,} customers: off by {mae:.2f} on average (RMSE {rmse:.2f}), in "
        f"total {total:+.0%}."
    )
    return Evaluation(len(came), mae, rmse, total, sentence)


def by_group(
    actual: pd.Series[Any],
    forecast: pd.Series[Any],
    *,
    group: pd.Series[Any],
    last: int = 7,
) -> pd.DataFrame:
    """Return the mean outcome and the mean forecast of each group: a calibration table.

    Args:
        actual: what came, one number per customer.
        forecast: the forecast, with the same index.
        group: a count that was known before, such as ``n_repeat_orders``.
        last: counts from here on form one group.

    Returns:
        One row per group, in order: ``group`` (text, the last with a plus),
        ``n_customers``, ``actual``, ``forecast`` (means).

    Raises:
        ContractError: values that are missing, or different indexes.

    >>> by_group(pd.Series([0, 2, 4]), pd.Series([1.0, 1.0, 5.0]),
    ...     group=pd.Series([0, 0, 9]), last=2)
      group  n_customers  actual  forecast
    0     0            2     1.0       1.0
    1    2+            1     4.0       5.0
    """
    came, told = _pair(actual, forecast)
    counts, _ = _pair(group, forecast, "group")
    capped = np.minimum(counts, last).astype("int64")
    table = (
        pd.DataFrame({"group": capped, "actual": came, "forecast": told})
        .groupby("group")
        .agg(
            n_customers=("actual", "size"),
            actual=("actual", "mean"),
            forecast=("forecast", "mean"),
        )
        .reset_index()
    )
    names = [f"{count}+" if count == last else str(count) for count in table["group"]]
    table["group"] = pd.Series(names, index=table.index, dtype="str")
    return table


def _pair(
    actual: pd.Series[Any], forecast: pd.Series[Any], name: str = "actual"
) -> tuple[_Array, _Array]:
    """Check two numbers per customer; return them as arrays."""
    if not actual.index.equals(forecast.index):
        raise ContractError(
            f"its index is not that of {name}",
            table="forecast",
            remedy="take both from the same table",
        )
    both = pd.DataFrame({name: actual, "forecast": forecast})
    require_columns(both, {name: "number", "forecast": "number"}, table_name="forecast")
    return _column(both, name), _column(both, "forecast")
