"""Baskets and stores: the files are what the generator makes, the card's words hold.

Worked out with plain Python and pandas, not with crmlib.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from course.generator import baskets, schema
from crmlib import datasets

ROOT = Path(__file__).resolve().parents[2]
DATASETS = ROOT / "datasets"
CARD = (DATASETS / "baskets" / "README.md").read_text(encoding="utf-8")
SEEDS = (baskets.SEED, 3)
N = baskets.N_STORES * baskets.BASKETS_PER_STORE


@cache
def tables(seed: int) -> dict[str, pd.DataFrame]:
    return baskets.make(seed)


@cache
def counts(seed: int, chain: str) -> tuple[Counter[str], Counter[frozenset[str]]]:
    """Return how many baskets hold each item and each pair of items."""
    one: Counter[str] = Counter()
    two: Counter[frozenset[str]] = Counter()
    for text in tables(seed)[f"baskets/{chain}"]["items"]:
        held = text.split("; ")
        one.update(held)
        two.update(map(frozenset, combinations(held, 2)))
    return one, two


def lift(seed: int, chain: str, item: str, other: str) -> float:
    one, two = counts(seed, chain)
    return two[frozenset((item, other))] * N / (one[item] * one[other])


@pytest.mark.parametrize("resource", baskets.RESOURCES, ids=lambda r: r["name"])
def test_the_committed_files_are_what_the_seed_makes(resource: dict) -> None:
    prefix = "truth/" if resource["is_truth"] else ""
    made = tables(baskets.SEED)[prefix + resource["path"].removesuffix(".csv")]
    on_disk = (DATASETS / prefix / resource["path"]).read_bytes()
    assert on_disk == schema.as_csv(made, resource).encode()


def test_the_tables_keep_their_schema() -> None:
    names = [name for name in datasets.names() if name.startswith("baskets/")]
    assert names == ["baskets/east", "baskets/stores", "baskets/west"]
    for name in names:
        datasets.check(datasets.load(name), name, references=True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("chain", ["east", "west"])
def test_each_item_keeps_its_share_and_is_there_once(seed: int, chain: str) -> None:
    one, _ = counts(seed, chain)
    assert set(one) == set(baskets.ITEMS)
    for item, share in baskets.ITEMS.items():
        spread = math.sqrt(share * (1 - share) / N)
        assert abs(one[item] / N - share) < 4.5 * spread + 0.003 * share
    for text in tables(seed)[f"baskets/{chain}"]["items"].head(500):
        held = text.split("; ")
        assert len(held) == len(set(held)) >= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_planted_pairs_and_the_absent_one(seed: int) -> None:
    truth = tables(seed)["truth/baskets/pairs"]
    assert truth.groupby("chain").size().to_dict() == {"east": 1035, "west": 1035}
    planted = truth[truth["lift"] != 1]
    assert set(planted["chain"]) == {"west"}
    assert len(planted) == 3
    for _, pair in planted.iterrows():
        found = lift(seed, "west", pair["item"], pair["other"])
        # Four standard errors of the logarithm, from the joint count.
        _, two = counts(seed, "west")
        joint = two[frozenset((pair["item"], pair["other"]))]
        assert abs(math.log(found / pair["lift"])) < 4 / math.sqrt(joint)
        assert found > 1.25
    assert lift(seed, "east", "nappies", "beer") < 1.25


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("chain", ["east", "west"])
def test_totals_go_together_in_both_chains_and_rates_in_neither(
    seed: int, chain: str
) -> None:
    stores = tables(seed)["baskets/stores"]
    stores = stores[stores["chain"] == chain]
    assert len(stores) == 100
    assert stores["beer_packs"].corr(stores["nappies_packs"]) > 0.85
    per_receipt = stores["beer_packs"] / stores["n_receipts"]
    other = stores["nappies_packs"] / stores["n_receipts"]
    assert abs(per_receipt.corr(other)) < 0.3
    # The floor is a faulty measure of size: rates by it share its error.
    assert (stores["beer_packs"] / stores["floor_m2"]).corr(
        stores["nappies_packs"] / stores["floor_m2"]
    ) > 0.4


def test_the_card_gives_the_figures_of_the_committed_seed() -> None:
    row: dict[str, list[str]] = {}
    for line in CARD.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3:
            row[cells[0]] = cells[1:]
    stores = tables(baskets.SEED)["baskets/stores"]
    for i, chain in enumerate(("east", "west")):
        _, two = counts(baskets.SEED, chain)
        own = stores[stores["chain"] == chain]
        legend = lift(baskets.SEED, chain, "beer", "nappies")

        def correlation(size: pd.Series, own: pd.DataFrame = own) -> str:
            found = (own["beer_packs"] / size).corr(own["nappies_packs"] / size)
            return f"{found:.2f}".replace("-", "−")

        expected = {
            "baskets with both beer and nappies": str(
                two[frozenset(("beer", "nappies"))]
            ),
            "lift of beer and nappies": f"{legend:.2f}",
            "correlation of the stores' totals of beer and nappies": correlation(
                pd.Series(1, index=own.index)
            ),
            "the same per receipt": correlation(own["n_receipts"]),
            "the same per square metre": correlation(own["floor_m2"]),
        }
        for label, value in expected.items():
            assert row[label][i] == value, label
