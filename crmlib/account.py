"""The account plan of one key account: people, gaps, contacts, actions, money.

A *person* is somebody at the account who matters for the decision to buy: his role
(`ROLES`), how he stands to us (`RELATIONS`), and who of ours holds the relation. A
*tender* is a contract to be won: its value, and the chance of winning it as somebody
has put it down.

- `check_people`, `relation_map`, `gaps`: the key-person map, and what it lacks.
- `contact_plan`, `action_plan`, `action_states`: who is to be seen when; what is to be
  done by whom.
- `margins`, `revenue_plan`, `income`, `simulate_income`: what the tenders may bring.
- `calibration`, `wins`: whether stated chances deserve belief.
- `plan_document`: the plan in five parts, as Markdown.

Source: the course's collection *Customer relationships* (客户关系): seven forms and the
five parts of a plan. Its form for the key-person map is empty; the five roles are those
of the buying centre (Webster and Wind 1972, "A general model for understanding
organizational buying behavior", Journal of Marketing 36(2)), their *influencer* and
*decider* among them. The course calls value times probability the "actual income"; it
is an expectation, so it is called *expected income* here.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from crmlib.datasets import require_columns
from crmlib.errors import ContractError, CrmError

__all__ = [
    "AIMS",
    "CADENCE",
    "RELATIONS",
    "ROLES",
    "Calibration",
    "Income",
    "action_plan",
    "action_states",
    "calibration",
    "check_people",
    "contact_plan",
    "gaps",
    "income",
    "margins",
    "plan_document",
    "relation_map",
    "revenue_plan",
    "simulate_income",
    "wins",
]

ROLES: Mapping[str, str] = {
    "decider": "says yes or no",
    "influencer": "is asked before the decision",
    "user": "works with what is bought",
    "gatekeeper": "decides who gets through to the others",
    "buyer": "negotiates and signs the order",
}
"""The roles in a decision to buy, and what each does."""

RELATIONS: Mapping[str, str] = {
    "positive": "close, well disposed",
    "neutral": "known, no preference",
    "negative": "unfriendly, or prefers a competitor",
    "none yet": "not known to us",
}
"""The four relations of the course."""

AIMS: Mapping[str, str] = {
    "positive": "keep",
    "neutral": "win over",
    "negative": "understand",
    "none yet": "meet",
}
"""What a contact is for, by relation (ours, not the course's)."""

CADENCE: Mapping[str, int] = {
    "decider": 30,
    "influencer": 30,
    "buyer": 45,
    "user": 60,
    "gatekeeper": 90,
}
"""Longest time between two contacts in days, by role: an example to be changed."""

_NO_ROLE = "role unknown"
_PEOPLE = ["person_id", "account_id", "name", "position", "role", "relation", "held_by"]
_MOST_OUTCOMES = 2_000_000  # sums kept by the exact distribution


# ---------------------------------------------------------------- people


def check_people(people: pd.DataFrame) -> None:
    """Check a table of key persons against its contract.

    Args:
        people: ``person_id`` (unique), ``account_id``, ``name``, ``position``,
            ``role`` (one of `ROLES`; missing when not known), ``relation`` (one of
            `RELATIONS`), ``held_by`` (who of ours; missing exactly where the relation
            is *none yet*). Further columns are ignored.

    Raises:
        ContractError: a column is missing, an id occurs twice, a role or relation is
            unknown, or a relation is held by nobody. It carries the failing rows.

    >>> check_people(pd.DataFrame({"person_id": ["P1"], "account_id": ["K1"],
    ...     "name": ["Gao Feng"], "position": ["vice president"], "role": ["boss"],
    ...     "relation": ["positive"], "held_by": ["S1"]}))
    Traceback (most recent call last):
        ...
    crmlib.errors.ContractError: Table people, column role: 1 value is no role.
    Where: row 0: 'boss'.
    What to do: use decider, influencer, user, gatekeeper or buyer, or leave it empty.
    """
    require_columns(
        people, _PEOPLE, table_name="people", may_be_missing=["role", "held_by"]
    )
    twice = people["person_id"].duplicated(keep=False)
    _refuse(people, twice, "person_id", "occur twice", "give each person one row")
    role = people["role"]
    _refuse(
        people,
        role.notna() & ~role.isin(list(ROLES)),
        "role",
        "is no role",
        "use decider, influencer, user, gatekeeper or buyer, or leave it empty",
    )
    _refuse(
        people,
        ~people["relation"].isin(list(RELATIONS)),
        "relation",
        "is no relation",
        "use positive, neutral, negative or none yet",
    )
    known = people["relation"] != "none yet"
    _refuse(
        people,
        known != people["held_by"].notna(),
        "held_by",
        "does not fit the relation",
        "name who of ours holds it, or write none yet and leave held_by empty",
    )


def _refuse(
    table: pd.DataFrame, wrong: pd.Series[Any], column: str, what: str, remedy: str
) -> None:
    if wrong.any():
        count = int(wrong.sum())
        noun = "value" if count == 1 else "values"
        if count > 1:
            what = what.replace("is no", "are no").replace("does not", "do not")
        raise ContractError(
            f"{count} {noun} {what}",
            table="people",
            column=column,
            rows=table[wrong],
            remedy=remedy,
        )


def relation_map(people: pd.DataFrame) -> pd.DataFrame:
    """Count the people of each role by their relation: the key-person map as a table.

    Args:
        people: as `check_people` has it; one account or several.

    Returns:
        One row per role, in the order of `ROLES`, and ``role unknown`` last if there is
        such a person: ``role`` and one column of counts per relation. A role without a
        person is a row of zeros, so that it is seen.

    Raises:
        ContractError: see `check_people`.

    >>> from crmlib import datasets
    >>> people = datasets.load("key_accounts/people")
    >>> relation_map(people[people["account_id"] == "K2"])
             role  positive  neutral  negative  none yet
    0     decider         0        1         0         0
    1  influencer         1        1         0         0
    2        user         1        0         0         0
    3  gatekeeper         0        1         0         0
    4       buyer         0        0         0         0
    """
    check_people(people)
    role = people["role"].fillna(_NO_ROLE).rename("role")
    rows = list(ROLES) + ([_NO_ROLE] if people["role"].isna().any() else [])
    counts = pd.crosstab(role, people["relation"].rename("relation"))
    counts = counts.reindex(index=rows, columns=list(RELATIONS), fill_value=0)
    return counts.rename_axis(index="role", columns=None).reset_index()


def gaps(
    people: pd.DataFrame, *, least_holders: int = 2, roles: Sequence[str] = tuple(ROLES)
) -> pd.DataFrame:
    """List what the key-person map of each account lacks.

    Five gaps are looked for: a role that nobody has; a person without a relation; a
    person whose role nobody knows; a decider who is negative; and relations that are
    all in the hands of fewer than *least_holders* of ours (the course: no one manager
    should hold all of them).

    Args:
        people: as `check_people` has it.
        least_holders: so many of ours must hold relations at an account; 1 turns the
            last check off.
        roles: the roles that must be filled.

    Returns:
        One row per gap, by account: ``account_id, gap, who, what``; *who* is a role, a
        person_id or one of ours, *what* a sentence.

    Raises:
        ContractError: see `check_people`.
        CrmError: *least_holders* is below 1, or a role is unknown.

    >>> from crmlib import datasets
    >>> gaps(datasets.load("key_accounts/people"))[["account_id", "gap", "who"]]
      account_id                      gap    who
    0         K2      role without person  buyer
    1         K3    one manager holds all     S2
    2         K4         decider negative   K4P1
    3         K5  person without relation   K5P3
    4         K5  person without relation   K5P6
    5         K5      person without role   K5P6
    """
    check_people(people)
    unknown = [role for role in roles if role not in ROLES]
    if unknown:
        raise CrmError(
            f"There is no role {unknown[0]!r}: there are {', '.join(ROLES)}."
        )
    if least_holders < 1:
        raise CrmError(f"least_holders must be 1 or more, not {least_holders}.")
    found: list[tuple[str, str, str, str]] = []
    for account, group in people.groupby("account_id", sort=True):
        has = set(group["role"].dropna())
        found += [
            (
                str(account),
                "role without person",
                role,
                f"Nobody is known who {ROLES[role]}.",
            )
            for role in roles
            if role not in has
        ]
        for person in group.to_dict("records"):
            found += [
                (str(account), gap, str(person["person_id"]), what)
                for gap, what in _person_gaps(person)
            ]
        holders = sorted(set(group["held_by"].dropna()))
        if 0 < len(holders) < least_holders:
            one = len(holders) == 1
            found.append(
                (
                    str(account),
                    "one manager holds all" if one else "too few hold them all",
                    ", ".join(holders),
                    f"All relations leave with {' and '.join(holders)}.",
                )
            )
    return pd.DataFrame(found, columns=["account_id", "gap", "who", "what"])


def _person_gaps(person: Mapping[Any, Any]) -> list[tuple[str, str]]:
    name = f"{person['name']} ({person['position']})"
    found = []
    if person["relation"] == "none yet":
        found.append(("person without relation", f"None of us knows {name}."))
    if pd.isna(person["role"]):
        found.append(("person without role", f"What {name} decides is not known."))
    if person["role"] == "decider" and person["relation"] == "negative":
        found.append(("decider negative", f"{name} decides, and is against us."))
    return found


# ---------------------------------------------------------------- contacts and actions


def contact_plan(
    people: pd.DataFrame,
    contacts: pd.DataFrame,
    *,
    as_of: str | pd.Timestamp,
    cadence: Mapping[str, int] = CADENCE,
) -> pd.DataFrame:
    """Say when each key person is to be seen next, and what for.

    Args:
        people: as `check_people` has it.
        contacts: ``person_id, happened_on`` of the contacts so far; later ones than
            *as_of* are ignored.
        as_of: the day of the plan.
        cadence: role -> longest time between two contacts, in days. A person without a
            role is treated like the role with the shortest.

    Returns:
        One row per person, the most overdue first: ``account_id, person_id, name, role,
        relation, held_by, aim, last_contact_on, every_days, due_on, days_late``. Who
        was never seen is due on *as_of*. *days_late* is 0 where nothing is late.

    Raises:
        ContractError: see `check_people`; or a column of *contacts* is missing.
        CrmError: a role has no cadence, or one that is not above 0.

    >>> from crmlib import datasets
    >>> plan = contact_plan(datasets.load("key_accounts/people"),
    ...     datasets.load("key_accounts/contacts"), as_of="2025-12-31")
    >>> bool(plan.loc[plan["account_id"] == "K2", "days_late"].min() > 90)
    True
    """
    check_people(people)
    require_columns(contacts, ["person_id", "happened_on"], table_name="contacts")
    wrong = [role for role in ROLES if not cadence.get(role, 0) > 0]
    if wrong:
        raise CrmError(
            f"The cadence says nothing, or nothing above 0, for {wrong[0]}: give the "
            "days for each role."
        )
    day = pd.Timestamp(as_of)
    seen = contacts[pd.to_datetime(contacts["happened_on"]) <= day]
    last = pd.to_datetime(seen["happened_on"]).groupby(seen["person_id"]).max()
    plan = people[
        ["account_id", "person_id", "name", "role", "relation", "held_by"]
    ].copy()
    plan["aim"] = plan["relation"].map(dict(AIMS))
    plan["last_contact_on"] = plan["person_id"].map(last).astype("datetime64[us]")
    shortest = min(cadence[role] for role in ROLES)
    every = plan["role"].map(dict(cadence)).fillna(shortest).astype("int64")
    plan["every_days"] = every
    due = plan["last_contact_on"] + pd.to_timedelta(every, unit="D")
    plan["due_on"] = due.fillna(day)
    plan["days_late"] = (day - plan["due_on"]).dt.days.clip(lower=0)
    return plan.sort_values(
        ["days_late", "due_on", "person_id"], ascending=[False, True, True]
    ).reset_index(drop=True)


def action_plan(
    found: pd.DataFrame,
    *,
    owners: Mapping[str, str],
    from_on: str | pd.Timestamp,
    days: Mapping[str, int] | int = 30,
) -> pd.DataFrame:
    """Turn gaps into actions: one each, with somebody who answers for it and a day.

    Args:
        found: as from `gaps`; a row added by hand needs the same columns.
        owners: account_id -> who answers for the actions there.
        from_on: the day from which on *days* are counted.
        days: time for an action, for all alike or by gap; a gap that is not named gets
            30 days.

    Returns:
        One row per gap: ``account_id, action, why, who, due_on, done_on`` (none yet).

    Raises:
        ContractError: a column is missing.
        CrmError: an account has no owner, or an action no time.

    >>> found = pd.DataFrame({"account_id": ["K4"], "gap": ["decider negative"],
    ...     "who": ["K4P1"], "what": ["Tong Wei decides, and is against us."]})
    >>> plan = action_plan(found, owners={"K4": "S5"}, from_on="2026-01-05", days=14)
    >>> plan.loc[0, ["action", "due_on"]].to_list()
    ['find out what K4P1 holds against us', Timestamp('2026-01-19 00:00:00')]
    """
    require_columns(found, ["account_id", "gap", "who", "what"], table_name="gaps")
    start = pd.Timestamp(from_on)
    rows: list[dict[str, Any]] = []
    for row in found.to_dict("records"):
        account, gap = str(row["account_id"]), str(row["gap"])
        if account not in owners:
            raise CrmError(
                f"Nobody answers for {account}: add it to owners, account_id -> name."
            )
        allowed = days if isinstance(days, int) else days.get(gap, 30)
        if allowed < 1:
            raise CrmError(
                f"The action for {gap!r} needs a day or more, not {allowed}."
            )
        rows.append(
            {
                "account_id": account,
                "action": _ACTIONS.get(gap, "settle: {who}").format(who=row["who"]),
                "why": row["what"],
                "who": owners[account],
                "due_on": start + pd.Timedelta(days=allowed),
                "done_on": pd.NaT,
            }
        )
    names = ["account_id", "action", "why", "who", "due_on", "done_on"]
    plan = pd.DataFrame(rows, columns=names)
    for name in ("due_on", "done_on"):
        plan[name] = plan[name].astype("datetime64[us]")
    return plan


_ACTIONS = {
    "role without person": "find out who is the {who}",
    "person without relation": "meet {who}",
    "person without role": "find out what {who} decides",
    "decider negative": "find out what {who} holds against us",
    "one manager holds all": "introduce a second of ours beside {who}",
    "too few hold them all": "introduce another of ours beside {who}",
}


def action_states(plan: pd.DataFrame, *, as_of: str | pd.Timestamp) -> pd.DataFrame:
    """Say of each action whether it is done, overdue, due today or planned.

    Args:
        plan: as from `action_plan`: ``due_on``, ``done_on`` and what else there is.
        as_of: the day of the question. What was done later counts as not done yet.

    Returns:
        The plan with ``state`` and ``days_late`` (0 where nothing is late), overdue
        actions first.

    Raises:
        ContractError: a column is missing.

    >>> plan = pd.DataFrame({"action": ["meet K5P3"],
    ...     "due_on": pd.to_datetime(["2026-01-10"]), "done_on": [pd.NaT]})
    >>> action_states(plan, as_of="2026-01-12")[["state", "days_late"]]
         state  days_late
    0  overdue          2
    """
    require_columns(
        plan,
        ["due_on", "done_on"],
        table_name="action plan",
        may_be_missing=["done_on"],
    )
    day = pd.Timestamp(as_of)
    due, done = pd.to_datetime(plan["due_on"]), pd.to_datetime(plan["done_on"])
    state = np.select(
        [done <= day, due < day, due == day],
        ["done", "overdue", "today"],
        default="planned",
    )
    late = (day - due).dt.days.clip(lower=0).where(state == "overdue", 0)
    order = {"overdue": 0, "today": 1, "planned": 2, "done": 3}
    table = plan.assign(state=state, days_late=late.astype("int64"))
    place = table["state"].map(order)
    return (
        table.assign(_place=place)
        .sort_values(["_place", "due_on"], kind="stable")
        .drop(columns="_place")
        .reset_index(drop=True)
    )


# ---------------------------------------------------------------- money


def margins(tenders: pd.DataFrame) -> pd.DataFrame:
    """Return the margin of past projects, for each kind of item.

    The margin is 1 less cost over value, over all won projects of the item together, so
    that a large project counts for more than a small one.

    Args:
        tenders: ``item, outcome, value_cents, cost_cents``; only rows with outcome
            ``"won"`` count.

    Returns:
        One row per item with a won project, by item: ``item, n_projects, value_cents,
        cost_cents, margin`` (share of 1).

    Raises:
        ContractError: a column is missing, or a won project has no cost or no value.

    >>> past = pd.DataFrame({"item": ["rack", "rack"], "outcome": ["won", "lost"],
    ...     "value_cents": [1000, 4000], "cost_cents": [750, None]})
    >>> margins(past)
       item  n_projects  value_cents  cost_cents  margin
    0  rack           1         1000         750    0.25
    """
    names = ["item", "outcome", "value_cents", "cost_cents"]
    require_columns(tenders, names, table_name="tenders", may_be_missing=["cost_cents"])
    won = tenders[tenders["outcome"] == "won"]
    lacking = won["cost_cents"].isna() | ~(won["value_cents"] > 0)
    if lacking.any():
        raise ContractError(
            f"{int(lacking.sum())} won projects have no cost, or no value above 0",
            table="tenders",
            column="cost_cents",
            rows=won[lacking],
            remedy="fill in what they cost, or leave them out",
        )
    table = (
        won.assign(cost_cents=won["cost_cents"].astype("int64"))
        .groupby("item")
        .agg(
            n_projects=("value_cents", "size"),
            value_cents=("value_cents", "sum"),
            cost_cents=("cost_cents", "sum"),
        )
        .reset_index()
    )
    table["margin"] = 1 - table["cost_cents"] / table["value_cents"]
    return table


def revenue_plan(
    tenders: pd.DataFrame, *, margin: pd.DataFrame | float
) -> pd.DataFrame:
    """Multiply value, probability and margin of each open tender.

    Expected income = value of the contract x probability of winning; expected profit =
    expected income x margin. (The course calls the first "actual income". No tender
    brings it: each brings its whole value or nothing, see `income`.)

    Args:
        tenders: ``tender_id, account_id, item, value_cents, probability``; with a
            column ``outcome`` only the open ones count.
        margin: as from `margins`, or one margin for all, a share of 1.

    Returns:
        One row per tender, the largest expected income first: ``tender_id, account_id,
        item, value_cents, probability, expected_income_cents, margin,
        expected_profit_cents``; both expectations are rounded to cents.

    Raises:
        ContractError: a column is missing, a probability is not between 0 and 1, a
            value is below 0, or an item has no margin.

    >>> tenders = pd.DataFrame({"tender_id": ["T1"], "account_id": ["K1"],
    ...     "item": ["rack"], "value_cents": [200_000], "probability": [0.4]})
    >>> plan = revenue_plan(tenders, margin=0.25)
    >>> plan[["expected_income_cents", "expected_profit_cents"]]
       expected_income_cents  expected_profit_cents
    0                  80000                  20000
    """
    names = ["tender_id", "account_id", "item", "value_cents", "probability"]
    require_columns(tenders, names, table_name="tenders")
    if "outcome" in tenders:
        tenders = tenders[tenders["outcome"] == "open"]
    _check_tenders(tenders)
    plan = tenders[names].copy()
    plan["expected_income_cents"] = (
        (plan["value_cents"] * plan["probability"]).round().astype("int64")
    )
    if isinstance(margin, pd.DataFrame):
        require_columns(margin, ["item", "margin"], table_name="margins")
        plan["margin"] = plan["item"].map(margin.set_index("item")["margin"])
        unknown = plan["margin"].isna()
        if unknown.any():
            raise ContractError(
                f"{int(unknown.sum())} tenders are for an item without a margin",
                table="tenders",
                column="item",
                rows=plan[unknown],
                remedy="add a row for the item to the margins, with a margin you "
                "can defend",
            )
    else:
        plan["margin"] = float(margin)
    plan["expected_profit_cents"] = (
        (plan["value_cents"] * plan["probability"] * plan["margin"])
        .round()
        .astype("int64")
    )
    return plan.sort_values(
        ["expected_income_cents", "tender_id"], ascending=[False, True]
    ).reset_index(drop=True)


def _check_tenders(tenders: pd.DataFrame) -> None:
    for column, wrong, remedy in (
        (
            "probability",
            ~tenders["probability"].between(0, 1),
            "give a share of 1: 0.6 for 60 %",
        ),
        (
            "value_cents",
            ~(tenders["value_cents"] >= 0),
            "give the value of the contract in cents",
        ),
    ):
        if wrong.any():
            raise ContractError(
                f"{int(wrong.sum())} values are out of range",
                table="tenders",
                column=column,
                rows=tenders[wrong],
                remedy=remedy,
            )


@dataclass(frozen=True)
class Income:
    """What a set of tenders may bring: each amount with its probability.

    Attributes:
        table: one row per possible income, ascending: ``income_cents, probability``;
            the probabilities add up to 1.
    """

    table: pd.DataFrame

    @property
    def mean_cents(self) -> float:
        """The expected income, in cents."""
        return float((self.table["income_cents"] * self.table["probability"]).sum())

    @property
    def sd_cents(self) -> float:
        """The standard deviation of the income, in cents."""
        away = self.table["income_cents"] - self.mean_cents
        return math.sqrt(float((away**2 * self.table["probability"]).sum()))

    def at_least(self, cents: float) -> float:
        """Return the probability of an income of *cents* or more."""
        enough = self.table["income_cents"] >= cents
        return float(self.table.loc[enough, "probability"].sum())

    def quantile(self, share: float) -> int:
        """Return the smallest income that is not exceeded with chance *share*.

        Raises:
            CrmError: *share* is not between 0 and 1.
        """
        if not 0 <= share <= 1:
            raise CrmError(f"A share lies between 0 and 1, not at {share}.")
        reached = self.table["probability"].cumsum().to_numpy()
        # A hair less, so that a sum of 0.7999… counts as 0.8.
        place = int(np.searchsorted(reached, share - 1e-12))
        return int(self.table["income_cents"].iloc[min(place, len(reached) - 1)])

    def interval(self, share: float = 0.8) -> tuple[int, int]:
        """Return two incomes with *share* between them and the rest in equal tails."""
        return self.quantile((1 - share) / 2), self.quantile((1 + share) / 2)


def income(tenders: pd.DataFrame) -> Income:
    """Return the exact distribution of the income from independent tenders.

    One tender after the other is won, with all that came before, or lost. Incomes that
    are equal are joined. Its mean is the sum of value x probability, its variance the
    sum of value squared x probability x (1 - probability).

    Args:
        tenders: ``value_cents, probability``; any number up to about 20, and more when
            the values are round.

    Raises:
        ContractError: a column is missing or a number out of range.
        CrmError: there are more than two million different incomes.

    >>> two = pd.DataFrame({"value_cents": [100, 300], "probability": [0.5, 0.2]})
    >>> income(two).table
       income_cents  probability
    0             0          0.4
    1           100          0.4
    2           300          0.1
    3           400          0.1
    """
    require_columns(tenders, ["value_cents", "probability"], table_name="tenders")
    _check_tenders(tenders)
    amounts: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
    chances: NDArray[Any] = np.ones(1)
    for value, chance in zip(
        tenders["value_cents"].to_numpy(dtype=np.int64),
        tenders["probability"].to_numpy(dtype=np.float64),
        strict=True,
    ):
        both = np.concatenate([amounts, amounts + value])
        weights = np.concatenate([chances * (1 - chance), chances * chance])
        amounts, place = np.unique(both, return_inverse=True)
        chances = np.bincount(place.ravel(), weights, minlength=len(amounts))
        if len(amounts) > _MOST_OUTCOMES:
            raise CrmError(
                f"{len(tenders)} tenders have too many different sums: round their "
                "values, say to 10,000 yuan, or use simulate_income."
            )
    return Income(pd.DataFrame({"income_cents": amounts, "probability": chances}))


def simulate_income(
    tenders: pd.DataFrame,
    *,
    n: int,
    rng: np.random.Generator,
    shared: float = 0.0,
) -> Income:
    """Draw the income from the tenders *n* times, with luck that they may share.

    Each tender is won when a normal number falls below the quantile of its probability;
    a part *shared* of each number's variance is the same for all tenders. So each keeps
    its own probability, while good and bad years come together (a one-factor Gaussian
    copula, as in Vasicek 2002, "Loan portfolio value", for loans).

    Args:
        tenders: ``value_cents, probability``.
        n: how many draws.
        rng: the generator of the randomness.
        shared: 0 for independent tenders, up to 1.

    Raises:
        ContractError: a column is missing or a number out of range.
        CrmError: *n* is below 1, or *shared* not between 0 and 1.

    >>> two = pd.DataFrame({"value_cents": [100, 300], "probability": [0.5, 0.2]})
    >>> drawn = simulate_income(two, n=20_000, rng=np.random.default_rng(1))
    >>> abs(drawn.mean_cents - income(two).mean_cents) < 5
    True
    """
    require_columns(tenders, ["value_cents", "probability"], table_name="tenders")
    _check_tenders(tenders)
    if n < 1 or not 0 <= shared <= 1:
        raise CrmError(
            f"n must be 1 or more and shared between 0 and 1: {n}, {shared}."
        )
    values = tenders["value_cents"].to_numpy(dtype=np.int64)
    limits = special.ndtri(tenders["probability"].to_numpy(dtype=np.float64))
    # Uniform numbers through the quantile function: the same in every numpy.
    common = special.ndtri(rng.random((n, 1)))
    own = special.ndtri(rng.random((n, len(values))))
    luck = math.sqrt(shared) * common + math.sqrt(1 - shared) * own
    drawn = (luck < limits) @ values
    amounts, counts = np.unique(drawn, return_counts=True)
    return Income(pd.DataFrame({"income_cents": amounts, "probability": counts / n}))


# ---------------------------------------------------------------- calibration


@dataclass(frozen=True)
class Calibration:
    """Whether stated chances of winning deserve belief.

    Attributes:
        n_tenders: decided tenders.
        expected_wins: the sum of the stated chances.
        n_won: wins in fact.
        p_value: chance of so few wins or fewer if the stated chances were true and
            the tenders independent (exact).
        factor: wins over expected wins; what to multiply a stated chance with.
        table: one row per band of stated chances: ``low, high`` (above low, up to
            high), ``n_tenders, stated`` (mean), ``n_won, won`` (share).
    """

    n_tenders: int
    expected_wins: float
    n_won: int
    p_value: float
    factor: float
    table: pd.DataFrame


def wins(probabilities: Sequence[float] | pd.Series[Any]) -> NDArray[np.float64]:
    """Return the chance of 0, 1, 2 … wins among independent tenders.

    The distribution of the number of successes with unequal chances (Poisson binomial;
    Poisson 1837), worked out tender by tender.

    Returns:
        Shape (number of tenders + 1,); adds up to 1.

    Raises:
        CrmError: a probability is not between 0 and 1.

    >>> wins([0.5, 0.5]).tolist()
    [0.25, 0.5, 0.25]
    """
    chances = np.asarray(probabilities, dtype=np.float64)
    if not ((chances >= 0) & (chances <= 1)).all():
        raise CrmError("A probability lies between 0 and 1: give 0.6 for 60 %.")
    found: NDArray[np.float64] = np.ones(1)
    for chance in chances:
        found = np.convolve(found, [1 - chance, chance])
    return found


def calibration(
    tenders: pd.DataFrame, *, bands: Sequence[float] = (0.0, 0.35, 0.65, 1.0)
) -> Calibration:
    """Compare stated chances of winning with what was won.

    Args:
        tenders: ``probability, outcome``; only won and lost ones count.
        bands: edges of the bands of stated chances, ascending.

    Raises:
        ContractError: a column is missing, or a probability lies outside the bands.
        CrmError: no tender has been decided.

    >>> past = pd.DataFrame({"probability": [0.5] * 4,
    ...     "outcome": ["lost", "lost", "lost", "won"]})
    >>> found = calibration(past)
    >>> found.expected_wins, found.n_won, round(found.p_value, 4)
    (2.0, 1, 0.3125)
    """
    require_columns(tenders, ["probability", "outcome"], table_name="tenders")
    past = tenders[tenders["outcome"].isin(["won", "lost"])]
    if past.empty:
        raise CrmError("No tender has been decided: outcome must be won or lost.")
    edges = [float(edge) for edge in bands]
    outside = ~past["probability"].between(edges[0], edges[-1])
    if outside.any():
        raise ContractError(
            f"{int(outside.sum())} probabilities lie outside the bands",
            table="tenders",
            column="probability",
            rows=past[outside],
            remedy="give bands from 0 to 1",
        )
    won = past["outcome"] == "won"
    band = pd.cut(past["probability"], edges, labels=False, include_lowest=True)
    rows = [
        {
            "low": edges[number],
            "high": edges[number + 1],
            "n_tenders": int((band == number).sum()),
            "stated": float(past.loc[band == number, "probability"].mean()),
            "n_won": int(won[band == number].sum()),
            "won": float(won[band == number].mean()),
        }
        for number in range(len(edges) - 1)
    ]
    expected, n_won = float(past["probability"].sum()), int(won.sum())
    return Calibration(
        n_tenders=len(past),
        expected_wins=expected,
        n_won=n_won,
        p_value=float(wins(past["probability"])[: n_won + 1].sum()),
        factor=n_won / expected if expected > 0 else math.nan,
        table=pd.DataFrame(rows),
    )


# ---------------------------------------------------------------- the document


def plan_document(
    account: Mapping[str, Any],
    *,
    people: pd.DataFrame,
    contacts: pd.DataFrame,
    actions: pd.DataFrame,
    revenue: pd.DataFrame,
    rivals: Mapping[str, str],
    situation: str,
    as_of: str | pd.Timestamp,
    summary: str = "",
    readers: Sequence[str] = (),
    staff: Mapping[str, str] | None = None,
) -> str:
    """Write the plan of one account in the course's five parts, as Markdown.

    Summary, profile, competition, situation, plan. The numbers come from the tables;
    what only people know (*situation*, *rivals*, *summary*) is passed in.

    Args:
        account: ``account_id, name`` and what else is to stand in the profile.
        people: as `check_people` has it; those of the account are taken.
        contacts: as from `contact_plan`.
        actions: as from `action_plan`.
        revenue: as from `revenue_plan`.
        rivals: competitor -> where it is strong and weak.
        situation: how we stand, in words.
        as_of: the day of the plan.
        summary: a first sentence of the summary; the rest is written from the tables.
        readers: who may read it; the course: a business secret.
        staff: id -> name of ours, to write names where the tables have ids.

    Returns:
        Markdown with one title, five numbered sections, tables with header rows.

    Raises:
        ContractError: see `check_people`; or a column is missing.
        CrmError: the account has no id or name, or there is nobody in *people*.

    >>> from crmlib import datasets
    >>> people = datasets.load("key_accounts/people")
    >>> tenders = datasets.load("key_accounts/tenders")
    >>> text = plan_document(
    ...     {"account_id": "K4", "name": "Emei Data", "city": "Leshan"},
    ...     people=people,
    ...     contacts=contact_plan(people, datasets.load("key_accounts/contacts"),
    ...         as_of="2025-12-31"),
    ...     actions=action_plan(gaps(people), owners=dict.fromkeys(
    ...         ["K1", "K2", "K3", "K4", "K5"], "S5"), from_on="2026-01-05"),
    ...     revenue=revenue_plan(tenders, margin=margins(tenders)),
    ...     rivals={"Beifeng Power": "near the managing director"},
    ...     situation="They pay later and later.", as_of="2025-12-31",
    ...     readers=["account manager", "head of marketing"])
    >>> [line for line in text.splitlines() if line.startswith("## ")]
    ['## 1 Summary', '## 2 Profile', '## 3 Competition', '## 4 Situation', '## 5 Plan']
    """
    if not account.get("account_id") or not account.get("name"):
        raise CrmError("The account needs an account_id and a name.")
    key = account["account_id"]
    theirs = people[people["account_id"] == key]
    check_people(theirs)
    if theirs.empty:
        raise CrmError(f"The people of {key} are missing: add them, or check the id.")
    names = dict(zip(theirs["person_id"], theirs["name"], strict=True))
    found = gaps(theirs)
    ours = {} if staff is None else dict(staff)
    tenders = revenue[revenue["account_id"] == key]
    due = contacts[contacts["account_id"] == key]
    to_do = actions[actions["account_id"] == key]
    outlook = income(tenders)
    low, high = outlook.interval(0.8)
    day = pd.Timestamp(as_of)
    first = f"{summary.rstrip('.')}. " if summary else ""
    gap_count = "no gap" if found.empty else f"{len(found)} gaps"
    gap_count = gap_count.replace("1 gaps", "1 gap")
    parts = [
        f"# Account plan: {account['name']}",
        f"As of {day.date().isoformat()}, for one year. Business secret; to be read "
        f"by: {', '.join(readers) or 'nobody named yet'}.",
        "## 1 Summary",
        f"{first}{len(tenders)} open tenders worth "
        f"{_yuan(tenders['value_cents'].sum())} yuan; expected income "
        f"{_yuan(outlook.mean_cents)} yuan, with a chance of four in five between "
        f"{_yuan(low)} and {_yuan(high)} if the stated chances are right and the "
        f"tenders independent; expected profit "
        f"{_yuan(tenders['expected_profit_cents'].sum())} yuan. {len(theirs)} key "
        f"persons known, {gap_count} in the map.",
        "## 2 Profile",
        _markdown(
            pd.DataFrame(
                [
                    (str(name).replace("_", " "), value)
                    for name, value in account.items()
                ],
                columns=["what", "value"],
            )
        ),
        _markdown(
            theirs[["name", "position", "role", "relation", "held_by"]].replace(
                {"held_by": ours}
            )
        ),
        "## 3 Competition",
        _markdown(pd.DataFrame(list(rivals.items()), columns=["rival", "standing"])),
        "## 4 Situation",
        situation,
        *(f"- {_replaced(text, ours)}" for text in found["what"]),
        "## 5 Plan",
        "### Revenue",
        _markdown(_in_yuan(tenders.drop(columns="account_id"))),
        "### Contacts",
        _markdown(
            due[
                ["name", "held_by", "aim", "last_contact_on", "due_on", "days_late"]
            ].replace({"held_by": ours})
        ),
        "### Actions",
        _markdown(_named(to_do, {**names, **ours})),
    ]
    return _joined(parts)


def _joined(parts: Sequence[str]) -> str:
    """Join paragraphs with an empty line, and items of a list without."""
    text = parts[0]
    for before, part in itertools.pairwise(parts):
        listed = before.startswith("- ") and part.startswith("- ")
        text += ("\n" if listed else "\n\n") + part
    return text + "\n"


def _named(actions: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Write names where the actions have ids."""
    table = actions[["action", "why", "who", "due_on"]].astype(object)
    for column in ("action", "why", "who"):
        table[column] = [_replaced(text, names) for text in table[column]]
    return table


def _replaced(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), str(text))


def _in_yuan(table: pd.DataFrame) -> pd.DataFrame:
    shown = {}
    for name in table.columns:
        if str(name).endswith("_cents"):
            label = str(name).removesuffix("_cents") + " (yuan)"
            shown[label] = [_yuan(value) for value in table[name]]
        elif name in ("probability", "margin"):
            shown[str(name)] = [f"{value:.0%}" for value in table[name]]
        else:
            shown[str(name)] = list(table[name])
    return pd.DataFrame(shown)


def _yuan(cents: float) -> str:
    return f"{cents / 100:,.0f}"


def _markdown(table: pd.DataFrame) -> str:
    """Return a Markdown table; an empty one is said in words."""
    if table.empty:
        return "Nothing to report."
    head = [str(name).replace("_", " ") for name in table.columns]
    lines = [head, ["---"] * len(head)]
    lines += [[_cell(value) for value in row] for row in table.itertuples(index=False)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: Any) -> str:
    if pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return " ".join(str(value).split()).replace("|", "\\|")
