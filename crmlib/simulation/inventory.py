"""Stock problems with known answers: one shelf, uncertain demand, a cost to order.

They are here to be trusted, not played: what the engine simulates must agree with what
is proven. Each period one orders (it arrives at once), demand comes, unmet demand
waits; each unit left over costs *h*, each unit owed *p*, and each order *K*. The best
policy in the long run orders up to S whenever the stock is at most s (Scarf 1960), and
`best_s_S` finds the pair exactly; without *K* it is the newsvendor's critical fractile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import NormalDist
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from crmlib.simulation.engine import (
    Explanation,
    Outcome,
    Policy,
    Run,
    run,
    stream,
    whole,
)

__all__ = [
    "Decision",
    "Inventory",
    "View",
    "base_stock",
    "best_base_stock",
    "best_s_S",
    "newsvendor_normal",
    "normal_weights",
    "poisson_weights",
    "s_S",
    "s_S_cost",
]

_SCALE = 1 << 48


def newsvendor_normal(
    *, mean: float, sd: float, holding: float, shortage: float
) -> tuple[float, float]:
    """Return the newsvendor's best stock and its expected cost, for normal demand.

    The stock meets demand with probability shortage / (shortage + holding), the
    critical fractile (Arrow, Harris and Marschak 1951).

    >>> [round(x, 4) for x in newsvendor_normal(
    ...     mean=50, sd=8, holding=0.18, shortage=0.70)]
    [56.604, 1.9976]
    """
    z = NormalDist().inv_cdf(shortage / (shortage + holding))
    cost = (holding + shortage) * NormalDist().pdf(z) * sd
    return mean + z * sd, cost


def poisson_weights(mean: int) -> tuple[int, ...]:
    """Return whole weights for demands 0, 1, 2 … of a Poisson distribution.

    >>> weights = poisson_weights(6)
    >>> round(sum(k * w for k, w in enumerate(weights)) / sum(weights), 9)
    6.0
    """
    # e^-mean cancels out; fractions keep the weights the same on every machine.
    terms = [Fraction(1)]
    while terms[-1] > Fraction(1, 10**12) or len(terms) <= mean:
        terms.append(terms[-1] * mean / len(terms))
    total = sum(terms)
    return tuple(int(term * _SCALE / total) for term in terms)


def normal_weights(mean: int, sd: int) -> tuple[int, ...]:
    """Return whole weights for demands 0, 1, 2 … of a rounded normal distribution.

    >>> weights = normal_weights(50, 8)
    >>> round(sum(k * w for k, w in enumerate(weights)) / sum(weights), 6)
    50.0
    """
    normal = NormalDist(mean, sd)
    top = mean + 7 * sd
    steps = [normal.cdf(k + 0.5) - normal.cdf(k - 0.5) for k in range(top + 1)]
    return tuple(round(step * _SCALE) for step in steps)


def best_base_stock(
    weights: Sequence[int], *, holding: int, shortage: int
) -> tuple[int, float]:
    """Return the best stock to order up to when orders cost nothing, and its cost.

    >>> stock, cost = best_base_stock(poisson_weights(6), holding=1, shortage=4)
    >>> stock, round(cost, 4)
    (8, 3.5701)
    """
    costs = [_one_period(y, weights, holding, shortage) for y in range(len(weights))]
    best = min(range(len(costs)), key=costs.__getitem__)
    return best, costs[best]


def s_S_cost(
    s: int, S: int, weights: Sequence[int], *, holding: int, shortage: int, order: int
) -> float:
    """Return the long-run cost a period of ordering up to S when stock is at most s.

    By renewal: a cycle begins at S and ends when the stock has fallen to s or below
    (Zheng and Federgruen 1991, equation 3).
    """
    total = sum(weights)
    p = [weight / total for weight in weights]
    visits = [1 / (1 - p[0])]
    for j in range(1, S - s):
        reach = range(1, min(j, len(p) - 1) + 1)
        visits.append(math.fsum(p[d] * visits[j - d] for d in reach) / (1 - p[0]))
    costs = [_one_period(S - j, weights, holding, shortage) for j in range(S - s)]
    spent = math.fsum(m * c for m, c in zip(visits, costs, strict=True))
    return (order + spent) / math.fsum(visits)


def best_s_S(
    weights: Sequence[int], *, holding: int, shortage: int, order: int
) -> tuple[int, int, float]:
    """Return the best pair (s, S) and its long-run cost a period.

    >>> s, S, cost = best_s_S(poisson_weights(6), holding=1, shortage=4, order=5)
    >>> s, S, round(cost, 3)
    (4, 10, 8.034)
    """
    prices: dict[str, int] = dict(holding=holding, shortage=shortage, order=order)
    best = best_base_stock(weights, holding=holding, shortage=shortage)[0]
    # S lies at the newsvendor's stock or above, s below it.
    tried = (
        (s_S_cost(s, S, weights, **prices), s, S)
        for S in range(best, best + len(weights) // 2 + 1)
        for s in range(max(-1, best - len(weights) // 2), best)
    )
    cost, s, S = min(tried)
    return s, S, cost


def _one_period(y: int, weights: Sequence[int], holding: int, shortage: int) -> float:
    total = sum(weights)
    cost = sum(
        w * (holding * max(y - d, 0) + shortage * max(d - y, 0))
        for d, w in enumerate(weights)
    )
    return cost / total


# ------------------------------------------------------------------------- the world


@dataclass(frozen=True, kw_only=True)
class View:
    """What is known before ordering: the period from 0, and the stock (owed if < 0)."""

    period: int
    stock: int


@dataclass(frozen=True, kw_only=True)
class Decision:
    """How much to order now, in whole units from 0 up."""

    order: int


@dataclass
class _State:
    demand: np.ndarray
    stock: int = 0
    rows: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """A shelf; the objective is minus the cost.

    Args:
        n_periods: number of periods.
        weights: whole weights of the demands 0, 1, 2 …
        holding: cost of a unit left over at the end of a period.
        shortage: cost of a unit owed at the end of a period.
        order: cost of an order.
    """

    name: ClassVar[str] = "inventory"
    period: ClassVar[str] = "period"
    view_type: ClassVar[type] = View
    decision_type: ClassVar[type] = Decision
    record_fields: ClassVar[tuple[str, ...]] = ("stock",)
    # Best in the long run; with one seed another may be luckier.
    yardstick_kind: ClassVar[Literal["bound", "reference"]] = "reference"

    n_periods: int = 1000
    weights: tuple[int, ...] = poisson_weights(6)
    holding: int = 1
    shortage: int = 4
    order: int = 0

    def begin(self, seed: int) -> _State:
        """Draw all demands."""
        edges = np.cumsum(np.array(self.weights, dtype=np.int64))
        draws = stream(seed, "demand").integers(0, edges[-1], size=self.n_periods)
        return _State(demand=np.searchsorted(edges, draws, side="right"))

    def view(self, state: _State) -> View:
        """Return period and stock."""
        return View(period=len(state.rows), stock=state.stock)

    def check(self, state: _State, decision: Any) -> int:
        """Return the order; no decision is no order."""
        return 0 if decision is None else whole("order", decision.order, high=10**6)

    def advance(self, state: _State, decision: int) -> None:
        """Receive the order, meet the demand, pay."""
        demand = int(state.demand[len(state.rows)])
        state.stock += decision - demand
        cost = self.holding * max(state.stock, 0) + self.shortage * max(-state.stock, 0)
        cost += self.order if decision else 0
        state.rows.append((decision, demand, state.stock, cost))

    def result(self, state: _State) -> Outcome:
        """Return orders, demands, stock at the end and cost of each period."""
        columns = ["ordered", "demand", "stock", "cost"]
        rows = np.array(state.rows, dtype=np.int64).reshape(-1, 4)
        periods = pd.DataFrame(rows, columns=columns)
        cost = int(periods["cost"].sum())
        totals = {"cost": cost, "demand": int(periods["demand"].sum())}
        return Outcome(objective=-cost, totals=totals, periods=periods)

    def naive(self) -> Policy:
        """Order what the mean demand would need."""
        total = sum(self.weights)
        mean = sum(k * w for k, w in enumerate(self.weights)) // total
        return base_stock(mean)

    def yardstick(self, seed: int) -> int:
        """Play the policy that is best in the long run."""
        prices = dict(holding=self.holding, shortage=self.shortage)
        if self.order:
            s, S, _ = best_s_S(self.weights, order=self.order, **prices)
            return run(self, s_S(s, S), seed=seed).objective
        best, _ = best_base_stock(self.weights, **prices)
        return run(self, base_stock(best), seed=seed).objective

    def explain(self, run: Run, *, period: int) -> Explanation:
        """Say what the period cost."""
        row = run.periods.loc[[period]]
        stock = int(row["stock"].iloc[0])
        left = f"{stock} left over" if stock >= 0 else f"{-stock} owed"
        return Explanation(sentence=f"Period {period} ends with {left}.", table=row)


def base_stock(level: int) -> Callable[[View], Decision]:
    """Return the policy that always orders up to *level*."""

    def policy(view: View) -> Decision:
        return Decision(order=max(0, level - view.stock))

    return policy


def s_S(s: int, S: int) -> Callable[[View], Decision]:
    """Return the policy that orders up to *S* when the stock is at most *s*."""

    def policy(view: View) -> Decision:
        return Decision(order=S - view.stock if view.stock <= s else 0)

    return policy
