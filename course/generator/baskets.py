"""Two supermarket chains, to test the beer-and-nappies legend: synthetic, seeded.

In the chain "west" three pairs of goods are bought together more often than chance has
it, beer and nappies among them. In the chain "east" no pair is: each of a basket's
goods is drawn by itself. In both, big stores sell more of everything, so that the
stores' totals of beer and nappies go together whatever happens in the baskets.

Only uniform random numbers are taken from numpy, by way of `Dice`, so that another
version of numpy makes the same files.
"""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd

from course.generator.company import Dice
from course.generator.schema import field as column
from course.generator.schema import resource

TITLE = "Two supermarket chains: baskets of one week, and the stores' yearly totals"
SEED = 19_980_401

# ---------------------------------------------------------------- what is planted

N_STORES = 100  # of each chain
BASKETS_PER_STORE = 200

# Chance that a basket holds the item.
ITEMS = {
    "vegetables": 0.46,
    "fruit": 0.38,
    "bread": 0.33,
    "milk": 0.31,
    "eggs": 0.26,
    "rice": 0.19,
    "noodles": 0.21,
    "pork": 0.24,
    "chicken": 0.17,
    "fish": 0.12,
    "tofu": 0.16,
    "yoghurt": 0.18,
    "butter": 0.08,
    "cheese": 0.05,
    "beer": 0.12,
    "wine": 0.04,
    "spirits": 0.03,
    "cola": 0.11,
    "juice": 0.12,
    "water": 0.15,
    "green tea": 0.08,
    "black tea": 0.05,
    "coffee": 0.06,
    "biscuits": 0.13,
    "chocolate": 0.10,
    "crisps": 0.12,
    "nuts": 0.07,
    "ice cream": 0.06,
    "honey": 0.02,
    "jam": 0.03,
    "oil": 0.08,
    "soy sauce": 0.07,
    "vinegar": 0.04,
    "salt": 0.03,
    "sugar": 0.05,
    "flour": 0.05,
    "nappies": 0.05,
    "shampoo": 0.05,
    "soap": 0.06,
    "toothpaste": 0.05,
    "paper towels": 0.09,
    "detergent": 0.06,
    "batteries": 0.02,
    "light bulbs": 0.015,
    "cat food": 0.04,
    "newspaper": 0.05,
}
# Chain -> pairs whose lift is not 1. The second item of a pair follows the first; both
# keep their own share of the baskets.
PLANTED: dict[str, dict[tuple[str, str], float]] = {
    "east": {},
    "west": {
        ("nappies", "beer"): 1.6,
        ("bread", "butter"): 2.0,
        ("green tea", "biscuits"): 1.8,
    },
}

# Yearly receipts of a store: median, sigma of the logarithm.
RECEIPTS = (160_000, 0.65)
# How much a store's share of an item differs from the chain's, sigma of the logarithm.
STORE_TASTE = 0.15


def _basket(dice: Dice, follows: dict[str, tuple[str, float]]) -> list[str]:
    """Draw the goods of one basket; at least one."""
    while True:
        held: set[str] = set()
        for item, share in ITEMS.items():
            if item not in follows and dice.chance(share):
                held.add(item)
        for item, (first, lift) in follows.items():
            share, lead = ITEMS[item], ITEMS[first]
            chance = (
                lift * share
                if first in held
                else share * (1 - lift * lead) / (1 - lead)
            )
            if dice.chance(chance):
                held.add(item)
        if held:
            return [item for item in ITEMS if item in held]


def _baskets(seed: int, chain: str, letter: str, stage: int) -> pd.DataFrame:
    dice = Dice(seed, stage)
    follows = {item: (first, lift) for (first, item), lift in PLANTED[chain].items()}
    rows: list[dict[str, str]] = []
    for store in range(1, N_STORES + 1):
        for _ in range(BASKETS_PER_STORE):
            rows.append(
                {
                    "basket_id": f"{letter}{len(rows) + 1:05d}",
                    "store_id": f"{letter}S{store:03d}",
                    "items": "; ".join(_basket(dice, follows)),
                }
            )
    return pd.DataFrame(rows)


def _stores(seed: int) -> pd.DataFrame:
    dice = Dice(seed, 3)
    rows = []
    for chain, letter in (("east", "E"), ("west", "W")):
        for store in range(1, N_STORES + 1):
            receipts = max(round(dice.skewed(*RECEIPTS)), 5_000)
            totals = {
                item: round(receipts * ITEMS[item] * dice.skewed(1.0, STORE_TASTE))
                for item in ("beer", "nappies", "bread", "soap")
            }
            floor = round(receipts / 160 * dice.skewed(1.0, 0.20))
            rows.append(
                {
                    "store_id": f"{letter}S{store:03d}",
                    "chain": chain,
                    "floor_m2": max(floor, 30),
                    "n_receipts": receipts,
                    **{f"{item}_packs": total for item, total in totals.items()},
                }
            )
    return pd.DataFrame(rows)


def make(seed: int) -> dict[str, pd.DataFrame]:
    """Make all tables of the two chains and their truth.

    Args:
        seed: any whole number from 0; the committed files have `SEED`.

    Returns:
        The tables by name, as `RESOURCES` describes them.

    >>> tables = make(1)
    >>> len(tables["baskets/east"]), len(tables["baskets/stores"])
    (20000, 200)
    """
    pairs = []
    for chain, planted in PLANTED.items():
        lifts = {frozenset(pair): lift for pair, lift in planted.items()}
        for one, other in itertools.combinations(sorted(ITEMS), 2):
            pairs.append(
                {
                    "pair_id": f"{chain}: {one} + {other}",
                    "chain": chain,
                    "item": one,
                    "other": other,
                    "lift": lifts.get(frozenset((one, other)), 1.0),
                }
            )
    return {
        "baskets/east": _baskets(seed, "east", "E", 1),
        "baskets/west": _baskets(seed, "west", "W", 2),
        "baskets/stores": _stores(seed),
        "truth/baskets/pairs": pd.DataFrame(pairs),
    }


# ---------------------------------------------------------------- schema


def _basket_resource(chain: str, letter: str) -> dict[str, Any]:
    return resource(
        f"baskets/{chain}",
        f"Baskets of one week in the chain {chain}: 200 receipts of each store",
        [
            column(
                "basket_id",
                "string",
                "The basket.",
                unique=True,
                pattern=letter + r"\d{5}",
            ),
            column("store_id", "string", "The store.", pattern=letter + r"S\d{3}"),
            column(
                "items",
                "string",
                "What is in the basket, each kind once, with '; ' between.",
            ),
        ],
        key="basket_id",
        references={"store_id": ("baskets/stores", "store_id")},
    )


def _packs(item: str) -> dict[str, Any]:
    return column(
        f"{item}_packs",
        "integer",
        f"Packs of {item} sold in the year.",
        unit="packs",
        minimum=0,
    )


_CHAIN = column("chain", "string", "The chain.", enum=list(PLANTED))

RESOURCES: list[dict[str, Any]] = [
    _basket_resource("east", "E"),
    _basket_resource("west", "W"),
    resource(
        "baskets/stores",
        "Yearly totals of each store",
        [
            column(
                "store_id",
                "string",
                "The store.",
                unique=True,
                pattern=r"[EW]S\d{3}",
            ),
            _CHAIN,
            column(
                "floor_m2",
                "integer",
                "Sales floor.",
                unit="square metres",
                minimum=1,
            ),
            column(
                "n_receipts",
                "integer",
                "Receipts of the year: how many baskets were paid for.",
                unit="receipts",
                minimum=1,
            ),
            *(_packs(item) for item in ("beer", "nappies", "bread", "soap")),
        ],
        key="store_id",
    ),
    resource(
        "truth/baskets/pairs",
        "The true lift of each pair of goods; 1 where nothing was planted",
        [
            column("pair_id", "string", "Chain and pair.", unique=True),
            _CHAIN,
            column("item", "string", "One of the pair.", enum=sorted(ITEMS)),
            column("other", "string", "The other.", enum=sorted(ITEMS)),
            column("lift", "number", "True lift.", unit="ratio", minimum=0),
        ],
        key="pair_id",
    ),
]
