"""Which customers are worth what, and do the groups we make of them hold.

Plain pandas, to be read by students. Money is integer cents (100 = 1 yuan). Two rules
hold throughout:

- **Whole customers.** A share of the customers is a whole number of them, rounded to
  the nearest with halves upwards: the top 5 % of 10 customers is 1 customer.
- **Ties are explicit.** Equal customers are treated equally: a block of equals that
  lies across a border goes to the lower side of it as a whole.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from importlib import resources
from statistics import NormalDist
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from crmlib.datasets import require_columns
from crmlib.errors import ContractError
from crmlib.purchases import parse_day

__all__ = [
    "COURSE_PYRAMID",
    "Stability",
    "Verdict",
    "WhalePeak",
    "accessible",
    "agent_break_even",
    "agent_total",
    "gini",
    "letting_go",
    "lorenz",
    "man",
    "man_classes",
    "marketing_types",
    "marketing_types_from_behaviour",
    "measurable",
    "newcombe_interval",
    "profit",
    "profitable",
    "pyramid",
    "pyramid_tiers",
    "rank_relationship_customers",
    "relationship_or_transaction",
    "responsive",
    "stability",
    "top_share",
    "value_matrix",
    "whale_curve",
    "whale_peak",
]

COURSE_PYRAMID: Mapping[str, float] = MappingProxyType(
    {"key": 0.05, "growth": 0.15, "regular": 0.80}
)
"""Share of customers in each tier of the course's pyramid, best tier first."""

_LEVERS = ("customers", "probability", "frequency", "amount_cents")
_TYPES = ("economic", "individual", "convenience", "moral")


# ------------------------------------------------------------------------ two agents


def agent_total(
    *, customers: float, probability: float, frequency: float, amount_cents: float
) -> int:
    """Return what an agent sells: the product of four levers.

    Args:
        customers: number of customers, at least 0.
        probability: average probability that a customer buys, 0 to 1.
        frequency: average number of purchases of a customer who buys, at least 0.
        amount_cents: average amount of a purchase, in cents, at least 0.

    Returns:
        The total in cents, rounded to the nearest cent.

    Raises:
        ValueError: a lever is outside its range.

    The course's two agents, Lao Zhang and Xiao Wang, in yuan:

    >>> agent_total(
    ...     customers=1000, probability=0.05, frequency=1, amount_cents=1_000_000
    ... ) // 100
    500000
    >>> agent_total(
    ...     customers=50, probability=0.5, frequency=10, amount_cents=10_000_000
    ... ) // 100
    25000000
    """
    levers = (customers, probability, frequency, amount_cents)
    for name, value in zip(_LEVERS, levers, strict=True):
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{name} must be a number of at least 0, not {value!r}")
    if probability > 1:
        raise ValueError(
            f"probability must be from 0 to 1, not {probability!r}; 5 % is 0.05"
        )
    return round(customers * probability * frequency * amount_cents)


def agent_break_even(
    agent: Mapping[str, float], rival: Mapping[str, float], *, lever: str
) -> float:
    """Return the value of one *lever* at which *agent* sells as much as *rival*.

    The agent's other three levers stay as they are.

    Args:
        agent: the four levers of `agent_total`, by name.
        rival: the same four of the other agent.
        lever: ``"customers"``, ``"probability"``, ``"frequency"`` or
            ``"amount_cents"``.

    Returns:
        The value needed, in the lever's own unit. It may be one that cannot be had: a
        probability above 1 means that this lever alone cannot do it.

    Raises:
        ValueError: the lever is unknown, or another lever of the agent is 0, so that
            no value would do.

    >>> lao_zhang = dict(
    ...     customers=1000, probability=0.05, frequency=1, amount_cents=1_000_000
    ... )
    >>> xiao_wang = dict(
    ...     customers=50, probability=0.5, frequency=10, amount_cents=10_000_000
    ... )
    >>> agent_break_even(lao_zhang, xiao_wang, lever="customers")
    50000.0
    >>> agent_break_even(lao_zhang, xiao_wang, lever="probability")
    2.5
    """
    if lever not in _LEVERS:
        raise ValueError(f"no lever called {lever!r}; there are: {', '.join(_LEVERS)}")
    target = agent_total(**rival)
    agent_total(**agent)  # for its checks
    others = math.prod(agent[name] for name in _LEVERS if name != lever)
    if others == 0:
        raise ValueError(
            f"another lever is 0, so no value of {lever} reaches the rival's total"
        )
    return target / others


# -------------------------------------------------------------- profit by customer


def profit(
    orders: pd.DataFrame,
    service_costs: pd.DataFrame,
    *,
    start: dt.date | str | None = None,
    as_of: dt.date | str,
) -> pd.DataFrame:
    """Return what each customer brought and cost, from *start* to *as_of*.

    Args:
        orders: one row per order: ``customer_id, ordered_on, list_cents,
            discount_cents, amount_cents, goods_cost_cents``.
        service_costs: one row per cost: ``customer_id, incurred_on, cost_cents``.
        start: the first day that counts, as a date or as text ``YYYY-MM-DD``; None for
            all days up to *as_of*.
        as_of: the last day that counts.

    Returns:
        One row per customer with an order or a cost, sorted by ``customer_id``:
        ``revenue_cents`` (after discount), ``goods_cost_cents``,
        ``service_cost_cents``, ``profit_cents`` (revenue less both costs: the
        customer's margin contribution) and ``discount_share`` (discounts over list
        prices, from 0 to 1; missing for a customer without orders).

    Raises:
        ContractError: a column is absent, of another type, or has missing values.
        ValueError: a day is no date, or *start* is after *as_of*.

    >>> orders = pd.DataFrame(
    ...     {
    ...         "customer_id": ["C1", "C1"],
    ...         "ordered_on": pd.to_datetime(["2025-03-01", "2025-04-01"]),
    ...         "list_cents": [10000, 10000],
    ...         "discount_cents": [0, 1000],
    ...         "amount_cents": [10000, 9000],
    ...         "goods_cost_cents": [6000, 6000],
    ...     }
    ... )
    >>> costs = pd.DataFrame(
    ...     {
    ...         "customer_id": ["C1", "C2"],
    ...         "incurred_on": pd.to_datetime(["2025-04-02", "2025-05-01"]),
    ...         "cost_cents": [500, 800],
    ...     }
    ... )
    >>> table = profit(orders, costs, as_of="2025-12-31")
    >>> table[["customer_id", "revenue_cents", "profit_cents", "discount_share"]]
      customer_id  revenue_cents  profit_cents  discount_share
    0          C1          19000          6500            0.05
    1          C2              0          -800             NaN
    """
    money = ["list_cents", "discount_cents", "amount_cents", "goods_cost_cents"]
    require_columns(
        orders,
        {"customer_id": "", "ordered_on": "date"} | dict.fromkeys(money, "integer"),
        table_name="orders",
    )
    require_columns(
        service_costs,
        {"customer_id": "", "incurred_on": "date", "cost_cents": "integer"},
        table_name="service_costs",
    )
    sold = orders[_between(orders["ordered_on"], start, as_of)]
    spent = service_costs[_between(service_costs["incurred_on"], start, as_of)]
    sales = sold.groupby("customer_id", observed=True)[money].sum()
    service = spent.groupby("customer_id", observed=True)["cost_cents"].sum()

    everyone = sales.index.union(service.index).rename("customer_id")
    sales = sales.reindex(everyone, fill_value=0).astype("int64")
    table = pd.DataFrame(
        {
            "revenue_cents": sales["amount_cents"],
            "goods_cost_cents": sales["goods_cost_cents"],
            "service_cost_cents": service.reindex(everyone, fill_value=0),
        }
    ).astype("int64")
    table["profit_cents"] = (
        table["revenue_cents"] - table["goods_cost_cents"] - table["service_cost_cents"]
    )
    has_list = sales["list_cents"] > 0
    table["discount_share"] = sales["discount_cents"] / sales["list_cents"].where(
        has_list
    )
    return table.reset_index()


# --------------------------------------------------------- pyramid and concentration


def pyramid_tiers(
    value: pd.Series[Any], *, shares: Mapping[str, float] = COURSE_PYRAMID
) -> pd.Series[Any]:
    """Put each customer into a tier of the pyramid, the most valuable on top.

    The borders lie at whole customers (see the top of the module). Equal customers are
    in the same tier: a block across a border goes to the lower tier, so a tier may be
    smaller than its share.

    Args:
        value: one number per customer, negative ones allowed.
        shares: share of the customers in each tier, best first; they add up to 1.

    Returns:
        The tier's name for each customer, with the index of *value*: an ordered
        category, best first.

    Raises:
        ContractError: no customers, or values that are missing or no numbers.
        ValueError: the shares are negative or do not add up to 1.

    >>> value = pd.Series([500, 40, 30, 30, 20], index=["C1", "C2", "C3", "C4", "C5"])
    >>> pyramid_tiers(value, shares={"top": 0.2, "middle": 0.4, "base": 0.4}).tolist()
    ['top', 'middle', 'base', 'base', 'base']
    """
    numbers = _numbers(value, "value")
    borders = _borders(shares, len(numbers))
    # The place of the last of a customer's equals, counted from the best, 1.
    place = numbers.rank(method="max", ascending=False).astype("int64")
    codes = np.searchsorted(borders, place.to_numpy(), side="left")
    tiers = pd.CategoricalDtype(list(shares), ordered=True)
    return pd.Series(
        pd.Categorical.from_codes(codes, dtype=tiers), index=value.index, name="tier"
    )


def pyramid(
    value: pd.Series[Any], *, shares: Mapping[str, float] = COURSE_PYRAMID
) -> pd.DataFrame:
    """Return what each tier of the customer pyramid brings.

    Args:
        value: one amount per customer in cents, negative ones allowed.
        shares: share of the customers in each tier, best first; they add up to 1.

    Returns:
        One row per tier, best first: ``tier``, ``n_customers``, ``customer_share``,
        ``value_cents``, ``value_share``. Both shares add up to 1; ``customer_share``
        is what the share came to in whole customers, see `pyramid_tiers`.

    Raises:
        ContractError: no customers, values that are missing or no numbers, or a total
            that is not above 0, of which a share would mean nothing.
        ValueError: the shares are negative or do not add up to 1.

    >>> value = pd.Series([800, 60, 50, 40, 30, 10, 10, 10, 10, -20])
    >>> pyramid(value)
          tier  n_customers  customer_share  value_cents  value_share
    0      key            1             0.1          800         0.80
    1   growth            1             0.1           60         0.06
    2  regular            8             0.8          140         0.14
    """
    numbers = _numbers(value, "value")
    total = _total(numbers, "value")
    tiers = pyramid_tiers(value, shares=shares)
    groups = numbers.groupby(tiers, observed=False)
    table = pd.DataFrame({"n_customers": groups.size(), "value_cents": groups.sum()})
    return pd.DataFrame(
        {
            "tier": list(shares),
            "n_customers": table["n_customers"].to_numpy(),
            "customer_share": (table["n_customers"] / len(numbers)).to_numpy(),
            "value_cents": table["value_cents"].to_numpy(),
            "value_share": (table["value_cents"] / total).to_numpy(),
        }
    )


def top_share(value: pd.Series[Any], share: float) -> float:
    """Return the share of the total that the top *share* of customers holds.

    The bottom 30 % hold ``1 - top_share(value, 0.7)``.

    Args:
        value: one number per customer, negative ones allowed.
        share: share of the customers, 0 to 1; taken as whole customers, to the nearest.

    Returns:
        The share of the total; above 1 when the others bring a loss.

    Raises:
        ContractError: no customers, values that are missing or no numbers, or a total
            that is not above 0.
        ValueError: *share* is not from 0 to 1.

    >>> top_share(pd.Series([80, 5, 5, 5, 5]), 0.2)
    0.8
    """
    numbers = _numbers(value, "value")
    total = _total(numbers, "value")
    n_top = _whole(_exact(share, "share"), len(numbers))
    best = numbers.sort_values(ascending=False)
    return float(best.iloc[:n_top].sum() / total)


def lorenz(value: pd.Series[Any]) -> pd.DataFrame:
    """Return the Lorenz curve: what share of the value the poorest share holds.

    Args:
        value: one number per customer, none below 0.

    Returns:
        ``customer_share`` and ``value_share``, from (0, 0) to (1, 1), poorest customers
        first; one row more than there are customers. Source: Lorenz 1905.

    Raises:
        ContractError: no customers, values that are missing, no numbers or below 0, or
            a total of 0.

    >>> lorenz(pd.Series([30, 10]))
       customer_share  value_share
    0             0.0         0.00
    1             0.5         0.25
    2             1.0         1.00
    """
    numbers = _not_negative(value)
    total = _total(numbers, "value")
    return _curve(numbers.sort_values(), total, "value_share")


def gini(value: pd.Series[Any]) -> float:
    """Return the Gini coefficient: 0 when all are equal, towards 1 when one has all.

    With the values sorted upwards and numbered from 1, it is the sum of
    ``(2 i - n - 1) * value_i`` over ``n * total``: twice the area between the Lorenz
    curve and the diagonal. When one of n customers has all, that is ``(n - 1) / n``.

    Args:
        value: one number per customer, none below 0.

    Raises:
        ContractError: as for `lorenz`. Profit may be negative: use `whale_curve`.

    >>> gini(pd.Series([100, 100, 100])), gini(pd.Series([0, 0, 0, 100]))
    (0.0, 0.75)
    """
    numbers = _not_negative(value)
    total = _total(numbers, "value")
    n = len(numbers)
    ordered = np.sort(numbers.to_numpy(dtype="float64"))
    weights = 2 * np.arange(1, n + 1) - n - 1
    # fsum rounds once, so the result is the same on every machine.
    return math.fsum(weights * ordered) / (n * float(total))


def whale_curve(profit: pd.Series[Any]) -> pd.DataFrame:
    """Return the whale curve: profit added up from the best customer to the worst.

    It rises above 1 and comes back to 1 when some customers bring a loss. See Kaplan
    and Cooper 1998, Cost and Effect.

    Args:
        profit: one amount per customer, negative ones allowed.

    Returns:
        ``customer_share`` and ``cumulative_profit_share``, from (0, 0) to (1, 1); one
        row more than there are customers.

    Raises:
        ContractError: no customers, values that are missing or no numbers, or a total
            that is not above 0.

    >>> whale_curve(pd.Series([-50, 120, 30]))["cumulative_profit_share"].tolist()
    [0.0, 1.2, 1.5, 1.0]
    """
    numbers = _numbers(profit, "profit")
    total = _total(numbers, "profit")
    best_first = numbers.sort_values(ascending=False)
    return _curve(best_first, total, "cumulative_profit_share")


@dataclass(frozen=True)
class WhalePeak:
    """The highest point of a whale curve.

    Attributes:
        customer_share: share of the customers that made the most, the fewest there are.
        profit_share: what they made, as a multiple of the final profit.
    """

    customer_share: float
    profit_share: float

    @property
    def lost_share(self) -> float:
        """Share of the peak that the remaining customers lose again, 0 to 1."""
        return 1 - 1 / self.profit_share


def whale_peak(curve: pd.DataFrame) -> WhalePeak:
    """Return the highest point of a *curve* made by `whale_curve`.

    Args:
        curve: ``customer_share`` and ``cumulative_profit_share``.

    Raises:
        ContractError: a column is absent or has missing values.

    >>> peak = whale_peak(whale_curve(pd.Series([-50, 120, 30, 0])))
    >>> peak.customer_share, peak.profit_share, round(peak.lost_share, 3)
    (0.5, 1.5, 0.333)
    """
    require_columns(
        curve,
        {"customer_share": "number", "cumulative_profit_share": "number"},
        table_name="curve",
    )
    top = int(curve["cumulative_profit_share"].to_numpy().argmax())
    return WhalePeak(
        customer_share=float(curve["customer_share"].iloc[top]),
        profit_share=float(curve["cumulative_profit_share"].iloc[top]),
    )


def letting_go(
    profit: pd.Series[Any], margin: pd.Series[Any], saved: pd.Series[Any]
) -> pd.DataFrame:
    """Return what letting the worst customers go promises, and what it then brings.

    The tail of a whale curve promises that its losses would be saved. What is really
    gained is next year's service that is not needed any more, less next year's margin
    that is not earned any more.

    Args:
        profit: this year's profit of each customer, in cents, by which they are ranked.
        margin: next year's payments less the cost of the goods, by customer, in cents.
        saved: next year's cost that would not have arisen without the customer, in
            cents. In both, a customer who is absent has 0; others than those in
            *profit* play no part.

    Returns:
        One row per customer let go, the worst first, equals in the order of *profit*:
        ``customer_id`` (the index of *profit*), ``customer_share`` (all let go so far,
        of all), ``promised_cents`` and ``happened_cents`` (changes of profit, added
        up).

    Raises:
        ContractError: no customers, values that are missing or no numbers, or a
            customer named twice.

    >>> profit = pd.Series([900, -500, -300], index=["C1", "C2", "C3"])
    >>> margin = pd.Series({"C1": 1200, "C2": 400})
    >>> saved = pd.Series({"C1": 100, "C2": 350, "C3": 100})
    >>> letting_go(profit, margin, saved)[["promised_cents", "happened_cents"]]
       promised_cents  happened_cents
    0             500             -50
    1             800              50
    2            -100           -1050
    """
    ranked = _numbers(profit, "profit").sort_values(kind="stable")
    parts = {"profit": profit, "margin": margin, "saved": saved}
    for name, values in parts.items():
        twice = values.index.duplicated(keep=False)
        if twice.any():
            raise ContractError(
                "a customer has more than one row",
                table=name,
                rows=_as_frame(values, name)[twice],
                remedy="add the rows of a customer up",
            )
    lost, kept = (
        (_numbers(parts[name], name) if len(parts[name]) else parts[name])
        .reindex(ranked.index)
        .fillna(0)
        .astype(ranked.dtype)
        for name in ("margin", "saved")
    )
    n = len(ranked)
    return pd.DataFrame(
        {
            "customer_id": ranked.index,
            "customer_share": np.arange(1, n + 1) / n,
            "promised_cents": (-ranked).cumsum().to_numpy(),
            "happened_cents": (kept - lost).cumsum().to_numpy(),
        }
    )


# --------------------------------------------------------------- who is what to us


def value_matrix(
    current: pd.Series[Any],
    potential: pd.Series[Any],
    *,
    current_cut: float,
    potential_cut: float,
) -> pd.Series[Any]:
    """Place each customer in the value matrix: current against potential value.

    A value at its cut counts as high. The course only names the matrix; the axes are
    the usual ones and the labels are ours.

    Args:
        current: what each customer is worth now, one number per customer.
        potential: what each could be worth, for the same customers; a missing number
            means that nobody knows.
        current_cut: the smallest current value that counts as high.
        potential_cut: the smallest potential value that counts as high.

    Returns:
        For each customer, with the index of *current*, one of ``"invest"`` (both
        high), ``"keep"`` (only current high), ``"develop"`` (only potential high),
        ``"maintain"`` (neither) or ``"unknown"`` (potential missing).

    Raises:
        ContractError: the two do not name the same customers, a customer is named
            twice, or a current value is missing.

    >>> current = pd.Series([900, 900, 10, 10], index=["C1", "C2", "C3", "C4"])
    >>> potential = pd.Series([800, 5, 800, None], index=["C1", "C2", "C3", "C4"])
    >>> value_matrix(current, potential, current_cut=500, potential_cut=500).tolist()
    ['invest', 'keep', 'develop', 'unknown']
    """
    now = _numbers(current, "current")
    later = _numbers(
        _aligned(potential, "potential", current, "current"),
        "potential",
        may_be_missing=True,
    )
    high_now = now >= current_cut
    high_later = later >= potential_cut
    label = pd.Series("maintain", index=current.index, name="value_class")
    label[high_later] = "develop"
    label[high_now] = "keep"
    label[high_now & high_later] = "invest"
    label[later.isna()] = "unknown"
    return label


def relationship_or_transaction(
    table: pd.DataFrame, *, margin_cut_cents: float, discount_cut: float
) -> pd.Series[Any]:
    """Tell relationship customers from transaction customers by margin and discount.

    The course names the two measures, total margin contribution and discount
    percentage, and no cuts: the cuts are the analyst's choice.

    Args:
        table: one row per customer, as `profit` returns it; needs ``profit_cents`` and
            ``discount_share``.
        margin_cut_cents: the smallest total contribution of a relationship customer.
        discount_cut: the largest discount share of a relationship customer, 0 to 1.

    Returns:
        For each row, with the index of *table*: ``"relationship"`` (much margin, little
        discount), ``"transaction"`` (little margin, much discount), ``"undecided"``
        (the two measures disagree) or ``"unknown"`` (no orders, so no discount share).

    Raises:
        ContractError: a column is absent, of another type, or has missing profits.

    >>> table = pd.DataFrame(
    ...     {
    ...         "profit_cents": [90000, 500, 90000, -700],
    ...         "discount_share": [0.02, 0.25, 0.25, None],
    ...     }
    ... )
    >>> relationship_or_transaction(
    ...     table, margin_cut_cents=50000, discount_cut=0.1
    ... ).tolist()
    ['relationship', 'transaction', 'undecided', 'unknown']
    """
    require_columns(
        table,
        {"profit_cents": "number", "discount_share": "number"},
        table_name="profit",
        may_be_missing=["discount_share"],
    )
    much_margin = table["profit_cents"] >= margin_cut_cents
    little_discount = table["discount_share"] <= discount_cut
    label = pd.Series("undecided", index=table.index, name="customer_type")
    label[much_margin & little_discount] = "relationship"
    label[~much_margin & ~little_discount] = "transaction"
    label[table["discount_share"].isna()] = "unknown"
    return label


def rank_relationship_customers(
    table: pd.DataFrame, label: pd.Series[Any]
) -> pd.DataFrame:
    """Rank the relationship customers by what they bring, as the course advises.

    Args:
        table: one row per customer with ``customer_id`` and ``profit_cents``.
        label: the answer of `relationship_or_transaction` for the same rows.

    Returns:
        The rows labelled ``"relationship"``, best first, with ``place`` in front: 1 is
        the best, and equals share their lowest place.

    Raises:
        ContractError: a column is absent, or the label is not of the same rows.

    >>> table = pd.DataFrame(
    ...     {"customer_id": ["C1", "C2", "C3"], "profit_cents": [700, 90, 900]}
    ... )
    >>> label = pd.Series(["relationship", "transaction", "relationship"])
    >>> rank_relationship_customers(table, label)
       place customer_id  profit_cents
    0      1          C3           900
    1      2          C1           700
    """
    require_columns(
        table, {"customer_id": "", "profit_cents": "number"}, table_name="profit"
    )
    kind = _aligned(label, "label", table["profit_cents"], "profit_cents")
    chosen = table[kind == "relationship"]
    place = chosen["profit_cents"].rank(method="max", ascending=False).astype("int64")
    ranked = chosen.drop(columns="place", errors="ignore")
    ranked.insert(0, "place", place)
    return ranked.sort_values(["place", "customer_id"], ignore_index=True)


def marketing_types(survey: pd.DataFrame) -> pd.DataFrame:
    """Read each customer's marketing type from the answers to four questions.

    Some people give high marks to everything, so a mark counts against the person's
    own mean of the four. The type is the highest of the four; when two or more are
    equally high it is ``"undecided"``. The course names the types and explains only
    the moral one; the reading of the other three is the usual one.

    Args:
        survey: one row per customer: ``customer_id`` and the marks ``price, person,
            convenience, responsibility`` (how much each matters, integers).

    Returns:
        One row per customer, in the order of *survey*: ``customer_id``, the scores
        ``economic, individual, convenience, moral`` (mark minus own mean) and
        ``marketing_type``.

    Raises:
        ContractError: a column is absent, of another type, has missing values, or a
            customer has two rows.

    >>> survey = pd.DataFrame(
    ...     {
    ...         "customer_id": ["C1", "C2"],
    ...         "price": [5, 4],
    ...         "person": [2, 4],
    ...         "convenience": [3, 1],
    ...         "responsibility": [2, 3],
    ...     }
    ... )
    >>> marketing_types(survey)
      customer_id  economic  individual  convenience  moral marketing_type
    0          C1       2.0        -1.0          0.0   -1.0       economic
    1          C2       1.0         1.0         -2.0    0.0      undecided
    """
    asked = ["price", "person", "convenience", "responsibility"]
    require_columns(
        survey,
        {"customer_id": ""} | dict.fromkeys(asked, "integer"),
        table_name="survey",
    )
    _once(survey, "survey")
    marks = survey[asked].astype("float64")
    scores = marks.sub(marks.mean(axis="columns"), axis="index")
    scores.columns = pd.Index(_TYPES)
    scores.insert(0, "customer_id", survey["customer_id"])
    scores["marketing_type"] = _highest(scores[list(_TYPES)])
    return scores.reset_index(drop=True)


def marketing_types_from_behaviour(orders: pd.DataFrame) -> pd.DataFrame:
    """Guess each customer's marketing type from what he does, not from what he says.

    Four habits stand for the four types: the share of the list price saved (economic),
    the share of orders by visit or telephone (individual), on the web (convenience),
    and of certified products (moral). Each is measured in standard deviations from the
    mean of all customers, which makes them comparable. The type is the highest; equals
    are ``"undecided"``. A customer with few orders has extreme shares by chance, so
    ``n_orders`` comes with the scores.

    Args:
        orders: one row per order: ``customer_id, channel, is_certified, list_cents,
            discount_cents``. All rows count: choose the period beforehand.

    Returns:
        One row per customer, sorted by ``customer_id``: ``n_orders``, the scores
        ``economic, individual, convenience, moral`` (z-scores; 0 when all customers are
        alike) and ``marketing_type``.

    Raises:
        ContractError: a column is absent, of another type, or has missing values.

    >>> orders = pd.DataFrame(
    ...     {
    ...         "customer_id": ["C1", "C2", "C3", "C4"],
    ...         "channel": ["web", "shop", "visit", "shop"],
    ...         "is_certified": [False, True, False, False],
    ...         "list_cents": [100, 100, 100, 100],
    ...         "discount_cents": [0, 0, 0, 30],
    ...     }
    ... )
    >>> marketing_types_from_behaviour(orders)["marketing_type"].tolist()
    ['convenience', 'moral', 'individual', 'economic']
    """
    require_columns(
        orders,
        {
            "customer_id": "",
            "channel": "string",
            "is_certified": "boolean",
            "list_cents": "integer",
            "discount_cents": "integer",
        },
        table_name="orders",
    )
    habits = pd.DataFrame(
        {
            "customer_id": orders["customer_id"],
            "individual": orders["channel"].isin(["visit", "phone"]).astype("float64"),
            "convenience": orders["channel"].eq("web").astype("float64"),
            "moral": orders["is_certified"].astype("float64"),
        }
    )
    shares = habits.groupby("customer_id", observed=True).mean()
    customers = orders.groupby("customer_id", observed=True)
    money = customers[["list_cents", "discount_cents"]].sum()
    listed = money["list_cents"]
    shares["economic"] = (money["discount_cents"] / listed.where(listed > 0)).fillna(0)
    spread = shares.std(ddof=0)
    # Where all are alike the spread is 0, and nobody stands out: 0, not 0/0.
    scores = (shares - shares.mean()) / spread.where(spread > 1e-12, np.inf)
    scores = scores[list(_TYPES)]
    kind = _highest(scores)
    scores.insert(0, "n_orders", customers.size())
    scores["marketing_type"] = kind
    return scores.reset_index()


# --------------------------------------------------------- money, authority and need


def man(
    money: pd.Series[Any], authority: pd.Series[Any], need: pd.Series[Any]
) -> pd.DataFrame:
    """Class prospects by money, authority and need: a capital letter for what is there.

    Args:
        money: true for each prospect who can pay.
        authority: for the same prospects, true for each who may decide.
        need: for the same prospects, true for each who wants it.

    Returns:
        One row per prospect, with the index of *money*: ``man_class`` (such as
        ``"MAn"``: money and authority, but no need), ``advice`` and ``source``, as in
        `man_classes`.

    Raises:
        ContractError: the three do not name the same prospects, or values are missing
            or not true or false.

    >>> money = pd.Series([True, True, False], index=["C1", "C2", "C3"])
    >>> authority = pd.Series([True, False, False], index=["C1", "C2", "C3"])
    >>> need = pd.Series([True, True, False], index=["C1", "C2", "C3"])
    >>> man(money, authority, need)[["man_class", "advice"]]
       man_class                           advice
    C1       MAN  the standard prospect: sell now
    C2       MaN      go deeper, find who decides
    C3       man           not a customer: let go
    """
    has_money = _flags(money, "money")
    letters = has_money.map({True: "M", False: "m"})
    for values, name in ((authority, "authority"), (need, "need")):
        has = _flags(_aligned(values, name, money, "money"), name)
        letters = letters + has.map({True: name[0].upper(), False: name[0]})
    rules = _man_table().set_index("man_class")
    return pd.DataFrame(
        {
            "man_class": letters,
            "advice": letters.map(rules["advice"]),
            "source": letters.map(rules["source"]),
        },
        index=money.index,
    )


def man_classes() -> pd.DataFrame:
    """Return the eight classes of money, authority and need, with what to do.

    Returns:
        One row per class, in the order of the course: ``man_class``, ``money``,
        ``authority``, ``need`` (true or false), ``advice``, ``source``: ``"course"``,
        or ``"by analogy"`` for the one class that the course leaves out. Shape (8, 6).

    >>> man_classes().query("source == 'by analogy'")[["man_class", "advice"]]
      man_class           advice
    5       mAn  follow, observe
    """
    return _man_table().copy()


@cache
def _man_table() -> pd.DataFrame:
    path = resources.files("crmlib") / "_tables" / "man.csv"
    with path.open(encoding="utf-8") as file:
        return pd.read_csv(file)


# --------------------------------------------------------------- stability over time


@dataclass(frozen=True, eq=False)
class Stability:
    """How far the customers kept their segments; in a notebook a sentence and a table.

    Attributes:
        transitions: number of customers by segment before (rows) and after (columns),
            both with the same segments in the same order; only customers seen twice.
        n_customers: how many were seen twice.
        n_gone: how many were seen only before.
        n_new: how many were seen only after.
        stayed: share of those seen twice who are in the segment of the same name.
        kappa: Cohen's kappa: *stayed*, corrected for those who would stay by chance; 1
            when all stay, 0 when as many as by chance; missing when everybody is in one
            segment both times.
        adjusted_rand: the adjusted Rand index: the same question asked of pairs of
            customers (together before and together after), so that the names of the
            segments play no part.
    """

    transitions: pd.DataFrame = field(repr=False)
    n_customers: int
    n_gone: int
    n_new: int
    stayed: float
    kappa: float
    adjusted_rand: float

    @property
    def shares(self) -> pd.DataFrame:
        """Where those of each segment went: rows that add up to 1, or are missing."""
        of_row = self.transitions.sum(axis="columns")
        return self.transitions.div(of_row.where(of_row > 0), axis="index")

    def __str__(self) -> str:
        return (
            f"Of {self.n_customers:,} customers seen twice {_percent(self.stayed)} "
            f"stayed in their segment (kappa {self.kappa:.2f}, adjusted Rand index "
            f"{self.adjusted_rand:.2f}); {self.n_gone:,} had gone and {self.n_new:,} "
            "were new."
        )

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        table = self.transitions.rename_axis("before").reset_index()
        return f"{self}\n\n{_markdown(table)}"


def stability(before: pd.Series[Any], after: pd.Series[Any]) -> Stability:
    """Compare the segments of the customers at two times.

    With *p* the share of customers who stayed and *e* the share expected to when both
    sets of segments are dealt out anew in their sizes, kappa is ``(p - e) / (1 - e)``
    (Cohen 1960, A coefficient of agreement for nominal scales). The adjusted Rand index
    is the same ratio for pairs of customers: pairs together both times, less those
    expected, over their highest possible number, less those expected (Hubert and Arabie
    1985, Comparing partitions).

    Args:
        before: the segment of each customer, by customer in the index.
        after: the segment of each customer later. Customers may have come and gone:
            those in one of the two only are counted, and play no other part.

    Returns:
        See `Stability`. Categories keep their order; other segments are sorted.

    Raises:
        ContractError: a segment is missing, a customer is named twice, or nobody is in
            both.

    >>> before = pd.Series(["key", "key", "low", "low", "low"], index=list("ABCDE"))
    >>> after = pd.Series(["key", "low", "low", "low", "key"], index=list("ABCDZ"))
    >>> found = stability(before, after)
    >>> found
    Of 4 customers seen twice 75 % stayed in their segment (kappa 0.50, adjusted Rand \
index 0.00); 1 had gone and 1 were new.
    >>> found.transitions.loc["key"].to_dict()
    {'key': 1, 'low': 1}
    """
    for values, name in ((before, "before"), (after, "after")):
        _labels(values, name)
        _unique_index(_as_frame(values, name), name)
    both = before.index[before.index.isin(after.index)]
    if not len(both):
        raise ContractError(
            "no customer is in both",
            table="after",
            remedy="give both the customer_id as their index",
        )
    names = _segments(before, after)
    rows, columns = (
        pd.Categorical(values.loc[both].astype("object"), categories=names)
        for values in (before, after)
    )
    n_names = len(names)
    counts = np.zeros((n_names, n_names), dtype="int64")
    np.add.at(counts, (rows.codes, columns.codes), 1)
    transitions = pd.DataFrame(
        counts,
        index=pd.Index(names, name="before"),
        columns=pd.Index(names, name="after"),
    )
    n = len(both)
    row_sums, column_sums = counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist()
    stayed = int(counts.trace())
    # In whole numbers: the share expected, times n squared.
    expected = sum(a * b for a, b in zip(row_sums, column_sums, strict=True))
    return Stability(
        transitions=transitions,
        n_customers=n,
        n_gone=len(before) - n,
        n_new=len(after) - n,
        stayed=stayed / n,
        kappa=(n * stayed - expected) / (n * n - expected)
        if n * n > expected
        else math.nan,
        adjusted_rand=_adjusted_rand(counts.ravel().tolist(), row_sums, column_sums),
    )


def _adjusted_rand(
    cells: Sequence[int], row_sums: Sequence[int], column_sums: Sequence[int]
) -> float:
    """Return the adjusted Rand index of a table of counts, from pairs of customers."""
    together, before, after = (
        sum(math.comb(n, 2) for n in counts)
        for counts in (cells, row_sums, column_sums)
    )
    all_pairs = math.comb(sum(cells), 2)
    # Each of the three terms is multiplied by all pairs: no fractions, no rounding.
    above = all_pairs * together - before * after
    below = Fraction(all_pairs * (before + after), 2) - before * after
    # 0 over 0: each customer alone both times, or all in one segment both times.
    return float(above / below) if below else 1.0


def _segments(before: pd.Series[Any], after: pd.Series[Any]) -> list[Any]:
    """Return all segments: in the order of their categories, or sorted."""
    if isinstance(before.dtype, pd.CategoricalDtype) and before.dtype == after.dtype:
        return list(before.dtype.categories)
    return sorted({*before, *after}, key=lambda name: (str(type(name)), name))


# ---------------------------------------------- four criteria of a good segmentation


@dataclass(frozen=True, eq=False)
class Verdict:
    """The answer to one criterion; in a notebook it shows itself as a sentence.

    Attributes:
        criterion: ``measurable``, ``accessible``, ``profitable`` or ``responsive``.
        holds: whether the criterion holds for every row of the table.
        value: the worst value found.
        threshold: what it was held against, in the same unit.
        sentence: the verdict in words.
        table: one row per column or segment, with ``holds`` for each.
    """

    criterion: str
    holds: bool
    value: float
    threshold: float
    sentence: str
    table: pd.DataFrame = field(repr=False)

    def __str__(self) -> str:
        answer = "holds" if self.holds else "does not hold"
        return f"{self.criterion.capitalize()}: {answer}. {self.sentence}"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        head, _, rest = str(self).partition(".")
        return f"**{head}.**{rest}\n\n{_markdown(self.table)}"


def measurable(
    table: pd.DataFrame, columns: Sequence[str], *, at_least: float = 0.8
) -> Verdict:
    """Ask whether the columns that define the segments are known of enough customers.

    Args:
        table: one row per customer.
        columns: the columns that the segments are cut by.
        at_least: the share of customers of whom each column must be known, 0 to 1.

    Returns:
        A `Verdict`; its value is the smallest share known, and its table has ``column,
        n_known, share_known, holds``.

    Raises:
        ContractError: a column is absent, or the table is empty.
        ValueError: no columns, or *at_least* is not from 0 to 1.

    >>> table = pd.DataFrame({"age": [30, 41, 52, 63], "income": ["low", None, None,
    ...                       "high"]})
    >>> measurable(table, ["age", "income"])
    Measurable: does not hold. Known of too few of the 4 customers: income (50 %); \
at least 80 % are needed.
    """
    names = [columns] if isinstance(columns, str) else list(columns)
    if not names:
        raise ValueError("columns is empty: name the columns that cut the segments")
    _exact(at_least, "at_least")
    require_columns(table, names, table_name="table", may_be_missing=names)
    _some(table, "table")
    share = table[names].notna().mean()
    result = pd.DataFrame(
        {
            "column": names,
            "n_known": table[names].notna().sum().to_numpy(),
            "share_known": share.to_numpy(),
            "holds": (share >= at_least).to_numpy(),
        }
    )
    bad = result[~result["holds"]]
    if len(bad):
        few = _list(bad["column"], bad["share_known"].map(_percent))
        sentence = (
            f"Known of too few of the {len(table):,} customers: {few}; "
            f"at least {_percent(at_least)} are needed."
        )
    else:
        sentence = (
            f"Each of {', '.join(names)} is known of at least {_percent(share.min())} "
            f"of the {len(table):,} customers; {_percent(at_least)} are needed."
        )
    return _verdict("measurable", result, "share_known", at_least, sentence)


def accessible(
    segment: pd.Series[Any], reachable: pd.Series[Any], *, at_least: float = 0.5
) -> Verdict:
    """Ask whether we can reach enough of each segment.

    Args:
        segment: the segment of each customer.
        reachable: for the same customers, true when we have the means to reach them.
        at_least: the share of each segment that must be reachable, 0 to 1.

    Returns:
        A `Verdict`; its value is the smallest share, and its table has ``segment,
        n_customers, n_reachable, share_reachable, holds``.

    Raises:
        ContractError: the two do not name the same customers, values are missing, or
            *reachable* is not true or false.
        ValueError: *at_least* is not from 0 to 1.

    >>> segment = pd.Series(["key", "key", "regular", "regular"])
    >>> accessible(segment, pd.Series([True, True, True, False]), at_least=0.5)
    Accessible: holds. Of every segment at least 50 % can be reached; 50 % are needed.
    """
    _exact(at_least, "at_least")
    labels = _labels(segment)
    reached = _flags(_aligned(reachable, "reachable", segment, "segment"), "reachable")
    groups = reached.groupby(labels, observed=True)
    result = pd.DataFrame(
        {
            "n_customers": groups.size(),
            "n_reachable": groups.sum(),
            "share_reachable": groups.mean(),
        }
    )
    result["holds"] = result["share_reachable"] >= at_least
    result = result.rename_axis("segment").reset_index()
    bad = result[~result["holds"]]
    if len(bad):
        few = _list(bad["segment"], bad["share_reachable"].map(_percent))
        sentence = (
            f"Too few can be reached in: {few}; at least {_percent(at_least)} "
            "are needed."
        )
    else:
        worst = _percent(result["share_reachable"].min())
        sentence = (
            f"Of every segment at least {worst} can be reached; "
            f"{_percent(at_least)} are needed."
        )
    return _verdict("accessible", result, "share_reachable", at_least, sentence)


def profitable(
    segment: pd.Series[Any],
    profit: pd.Series[Any],
    *,
    cost_cents: int | Mapping[str, int] = 0,
) -> Verdict:
    """Ask whether each segment earns more than it costs to treat it separately.

    Args:
        segment: the segment of each customer.
        profit: what each of them brings, in cents, negative ones allowed.
        cost_cents: what a separate treatment costs for a segment as a whole: one number
            for all, or one for each segment by name.

    Returns:
        A `Verdict`; its value is the smallest net profit in cents, held against 0,
        which it must exceed. Its table has ``segment, n_customers, profit_cents,
        cost_cents, net_cents, holds``.

    Raises:
        ContractError: the two do not name the same customers, or values are missing.
        ValueError: *cost_cents* lacks a segment.

    >>> segment = pd.Series(["key", "regular", "regular"])
    >>> profit = pd.Series([90_000, 20_000, -5_000])
    >>> profitable(segment, profit, cost_cents=30_000)
    Profitable: does not hold. These segments do not earn their own cost: regular \
(-150.00 yuan).
    """
    labels = _labels(segment)
    earned = _numbers(_aligned(profit, "profit", segment, "segment"), "profit")
    groups = earned.groupby(labels, observed=True)
    result = pd.DataFrame({"n_customers": groups.size(), "profit_cents": groups.sum()})
    if isinstance(cost_cents, Mapping):
        missing = [name for name in result.index if name not in cost_cents]
        if missing:
            raise ValueError(
                f"cost_cents has no entry for: {', '.join(map(str, missing))}"
            )
        costs = [cost_cents[name] for name in result.index]
    else:
        costs = [cost_cents] * len(result)
    result["cost_cents"] = costs
    result["net_cents"] = result["profit_cents"] - result["cost_cents"]
    result["holds"] = result["net_cents"] > 0
    result = result.rename_axis("segment").reset_index()
    bad = result[~result["holds"]]
    if len(bad):
        losing = _list(bad["segment"], bad["net_cents"].map(_yuan))
        sentence = f"These segments do not earn their own cost: {losing}."
    else:
        worst = result.sort_values("net_cents", kind="stable").iloc[0]
        sentence = (
            "Every segment earns more than its own cost; the smallest net profit is "
            f"{_yuan(worst['net_cents'])} ({worst['segment']})."
        )
    return _verdict("profitable", result, "net_cents", 0, sentence)


def responsive(
    segment: pd.Series[Any],
    treated: pd.Series[Any],
    outcome: pd.Series[Any],
    *,
    confidence: float = 0.95,
) -> Verdict:
    """Ask whether each segment answers to what we do, by a trial with a control group.

    The response is the difference between the shares of buyers among the treated and
    among the others, with `newcombe_interval` around it. The criterion holds for a
    segment when the whole interval is above 0. That is a finding about the treatment
    only if chance decided who was treated; and of many segments tested, some will pass
    by luck.

    Args:
        segment: the segment of each customer.
        treated: for the same customers, true for those who were treated.
        outcome: for the same customers, true for those who did what was hoped for.
        confidence: of the interval, above 0 and below 1.

    Returns:
        A `Verdict`; its value is the smallest lower limit, held against 0, which it
        must exceed. Its table has ``segment, n_treated, n_control, share_treated,
        share_control, difference, low, high, holds``.

    Raises:
        ContractError: the three do not name the same customers, values are missing or
            not true or false, or a segment has nobody treated or nobody in control.
        ValueError: *confidence* is not between 0 and 1.

    >>> segment = pd.Series(["key"] * 150)
    >>> treated = pd.Series([True] * 70 + [False] * 80)
    >>> outcome = pd.Series([True] * 56 + [False] * 14 + [True] * 48 + [False] * 32)
    >>> responsive(segment, treated, outcome).table.round(3)[["difference", "low",
    ...                                                       "high", "holds"]]
       difference    low   high  holds
    0         0.2  0.052  0.334   True
    """
    labels = _labels(segment)
    was_treated = _flags(_aligned(treated, "treated", segment, "segment"), "treated")
    bought = _flags(_aligned(outcome, "outcome", segment, "segment"), "outcome")
    rows = []
    for name, members in labels.groupby(labels, observed=True).groups.items():
        hit, miss = (
            bought[members][was_treated[members]],
            bought[members][~was_treated[members]],
        )
        if not (len(hit) and len(miss)):
            raise ContractError(
                f"segment {name!r} has {len(hit)} treated and {len(miss)} in control",
                table="treated",
                remedy="each segment needs both: run the trial within each segment, or "
                "leave this segment out",
            )
        low, high = newcombe_interval(
            int(hit.sum()), len(hit), int(miss.sum()), len(miss), confidence=confidence
        )
        rows.append(
            {
                "segment": name,
                "n_treated": len(hit),
                "n_control": len(miss),
                "share_treated": hit.mean(),
                "share_control": miss.mean(),
                "difference": hit.mean() - miss.mean(),
                "low": low,
                "high": high,
                "holds": low > 0,
            }
        )
    result = pd.DataFrame(rows)
    bad = result[~result["holds"]]
    percent = _percent(confidence)
    if len(bad):
        spans = _list(
            bad["segment"],
            [
                f"{_points(low)} to {_points(high)}"
                for low, high in zip(bad["low"], bad["high"], strict=True)
            ],
        )
        sentence = (
            f"In these segments no response is certain: {spans} percentage points, "
            f"{percent} interval."
        )
    else:
        sentence = (
            f"Every segment answers: by at least {_points(result['low'].min())} "
            f"percentage points, {percent} interval."
        )
    return _verdict("responsive", result, "low", 0, sentence)


def newcombe_interval(
    hits: int, n: int, other_hits: int, other_n: int, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Return a confidence interval for the difference of two independent shares.

    Newcombe's hybrid score interval, made of the two Wilson intervals without
    continuity correction. Unlike the textbook's plus or minus 1.96 standard errors it
    stays within -1 and 1 and works when nobody, or everybody, responds.

    Args:
        hits: number that responded of the first group.
        n: size of the first group, at least 1.
        other_hits: number that responded of the second group.
        other_n: size of the second group, at least 1.
        confidence: above 0 and below 1.

    Returns:
        The limits of ``hits / n - other_hits / other_n``.

    Raises:
        ValueError: a group is empty, more responded than there are, or *confidence* is
            not between 0 and 1.

    Source: Newcombe 1998, Interval estimation for the difference between independent
    proportions: comparison of eleven methods, Statistics in Medicine 17, method 10.

    >>> low, high = newcombe_interval(56, 70, 48, 80)
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, not {confidence!r}")
    for responded, size in ((hits, n), (other_hits, other_n)):
        if size < 1 or not 0 <= responded <= size:
            raise ValueError(
                f"{responded} responses in a group of {size}: a group needs at least "
                "one customer and from none to all of them responding"
            )
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, other = hits / n, other_hits / other_n
    low, high = _wilson(share, n, z)
    other_low, other_high = _wilson(other, other_n, z)
    difference = share - other
    return (
        max(-1.0, difference - math.hypot(share - low, other_high - other)),
        min(1.0, difference + math.hypot(high - share, other - other_low)),
    )


def _wilson(share: float, n: int, z: float) -> tuple[float, float]:
    """Return Wilson's score interval for one share (Wilson 1927)."""
    middle = 2 * n * share + z * z
    reach = z * math.sqrt(z * z + 4 * n * share * (1 - share))
    return (middle - reach) / (2 * (n + z * z)), (middle + reach) / (2 * (n + z * z))


# ------------------------------------------------------------------------- the parts


def _between(
    days: pd.Series[Any], start: dt.date | str | None, as_of: dt.date | str
) -> pd.Series[Any]:
    last = parse_day(as_of, "as_of")
    chosen = pd.to_datetime(days) <= last
    if start is not None:
        first = parse_day(start, "start")
        if first > last:
            raise ValueError(f"start, {start}, is after as_of, {as_of}")
        chosen &= pd.to_datetime(days) >= first
    return chosen


def _exact(share: float, name: str) -> Fraction:
    """Return the share as it is written: 0.15 is 15/100, not its binary neighbour."""
    if not 0 <= share <= 1:
        raise ValueError(f"{name} must be from 0 to 1, not {share!r}; 5 % is 0.05")
    return Fraction(str(float(share)))


def _whole(share: Fraction, n: int) -> int:
    """Return the nearest whole number of customers, halves upwards."""
    return math.floor(share * n + Fraction(1, 2))


def _borders(shares: Mapping[str, float], n: int) -> list[int]:
    """Return how many customers are in each tier and all above it."""
    parts = [_exact(share, f"the share of {tier}") for tier, share in shares.items()]
    if not math.isclose(sum(parts), 1, abs_tol=1e-9):
        raise ValueError(
            f"the shares add up to {float(sum(parts)):g}, and must add up to 1"
        )
    borders = [_whole(sum(parts[: i + 1], Fraction(0)), n) for i in range(len(parts))]
    return [*borders[:-1], n]


def _curve(ordered: pd.Series[Any], total: Any, name: str) -> pd.DataFrame:
    n = len(ordered)
    added = ordered.cumsum().to_numpy() / total
    added[-1] = 1.0  # exactly, whatever the rounding of fractions
    return pd.DataFrame(
        {
            "customer_share": np.arange(n + 1) / n,
            name: np.concatenate([[0.0], added]),
        }
    )


def _highest(scores: pd.DataFrame) -> pd.Series[Any]:
    """Name the column with the highest score of each row, or say undecided."""
    best = scores.max(axis="columns")
    at_top = scores.ge(best - 1e-9, axis="index")
    label = pd.Series("undecided", index=scores.index)
    for name in scores.columns:
        label[at_top[name] & (at_top.sum(axis="columns") == 1)] = name
    return label


def _numbers(
    values: pd.Series[Any], name: str, *, may_be_missing: bool = False
) -> pd.Series[Any]:
    """Check a Series of one number per customer; return it as int64 or float64."""
    frame = _as_frame(values, name)
    column = frame.columns[0]
    require_columns(
        frame,
        {column: "number"},
        table_name=name,
        may_be_missing=[column] if may_be_missing else [],
    )
    if not may_be_missing:
        _some(frame, name)
    if pd.api.types.is_integer_dtype(values.dtype) and not may_be_missing:
        return values.astype("int64")
    numbers = pd.Series(
        values.to_numpy(dtype="float64", na_value=np.nan),
        index=values.index,
        name=values.name,
    )
    endless = np.isinf(numbers)
    if endless.any():
        raise ContractError(
            "infinite values",
            table=name,
            column=column,
            rows=frame[endless],
            remedy="correct or drop these rows",
        )
    return numbers


def _not_negative(value: pd.Series[Any]) -> pd.Series[Any]:
    numbers = _numbers(value, "value")
    below = numbers < 0
    if below.any():
        frame = _as_frame(value, "value")
        n = int(below.sum())
        raise ContractError(
            f"{n:,} value{' is' if n == 1 else 's are'} below 0, and the Lorenz curve "
            "and the Gini coefficient are for values that are not",
            table="value",
            column=frame.columns[0],
            rows=frame[below],
            remedy="use whale_curve for profits, or look at revenue instead",
        )
    return numbers


def _total(numbers: pd.Series[Any], name: str) -> Any:
    total = numbers.sum()
    if not total > 0:
        raise ContractError(
            f"the values add up to {total:,}, and a share of that means nothing",
            table=name,
            remedy="look at the amounts themselves, or choose another period",
        )
    return total


def _labels(segment: pd.Series[Any], name: str = "segment") -> pd.Series[Any]:
    frame = _as_frame(segment, name)
    require_columns(frame, [frame.columns[0]], table_name=name)
    _some(frame, name)
    return segment


def _flags(values: pd.Series[Any], name: str) -> pd.Series[Any]:
    frame = _as_frame(values, name)
    require_columns(frame, {frame.columns[0]: "boolean"}, table_name=name)
    return values.astype(bool)


def _aligned(
    values: pd.Series[Any], name: str, base: pd.Series[Any], base_name: str
) -> pd.Series[Any]:
    """Return *values* in the order of *base*, once both name the same customers."""
    frame, other = _as_frame(values, name), _as_frame(base, base_name)
    for table, called in ((frame, name), (other, base_name)):
        _unique_index(table, called)
    for table, called, against in (
        (frame[~frame.index.isin(other.index)], name, base_name),
        (other[~other.index.isin(frame.index)], base_name, name),
    ):
        if len(table):
            raise ContractError(
                f"{len(table):,} of its rows are not in {against}",
                table=called,
                rows=table,
                remedy="take both from one table, or use reindex to bring them to the "
                "same customers",
            )
    return values.reindex(base.index)


def _unique_index(table: pd.DataFrame, name: str) -> None:
    twice = table.index.duplicated(keep=False)
    if twice.any():
        raise ContractError(
            "a label of the index stands for more than one row",
            table=name,
            rows=table[twice],
            remedy="keep one row per customer",
        )


def _as_frame(values: pd.Series[Any], name: str) -> pd.DataFrame:
    if not isinstance(values, pd.Series):
        raise ContractError(
            f"a pandas Series is needed, not {type(values).__name__}",
            table=name,
            remedy="pass one column of a table, such as table['profit_cents']",
        )
    return values.to_frame(name if values.name is None else str(values.name))


def _some(table: pd.DataFrame, name: str) -> None:
    if not len(table):
        raise ContractError(
            "there are no customers in it",
            table=name,
            remedy="check the filter that chose the customers",
        )


def _once(table: pd.DataFrame, name: str) -> None:
    twice = table["customer_id"].duplicated(keep=False)
    if twice.any():
        raise ContractError(
            f"{int(twice.sum()):,} rows share a customer with another row",
            table=name,
            column="customer_id",
            rows=table[twice],
            remedy="keep one row per customer, such as the latest",
        )


def _verdict(
    criterion: str, table: pd.DataFrame, column: str, threshold: float, sentence: str
) -> Verdict:
    return Verdict(
        criterion=criterion,
        holds=bool(table["holds"].all()),
        value=float(table[column].min()),
        threshold=float(threshold),
        sentence=sentence,
        table=table,
    )


def _list(names: Any, values: Any) -> str:
    pairs = zip(names, values, strict=True)
    return ", ".join(f"{name} ({value})" for name, value in pairs)


def _percent(share: float) -> str:
    return f"{round(100 * share, 1):g} %"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _yuan(cents: float) -> str:
    return f"{cents / 100:,.2f} yuan"


def _markdown(table: pd.DataFrame) -> str:
    """Write a small table as Markdown, money in yuan and shares as per cent."""
    columns = [str(name) for name in table.columns]
    lines = [columns, ["---"] * len(columns)]
    for row in table.itertuples(index=False):
        lines.append(
            [_cell(name, value) for name, value in zip(columns, row, strict=True)]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(column: str, value: Any) -> str:
    if column == "holds":
        return "yes" if value else "no"
    if column.endswith("_cents"):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
