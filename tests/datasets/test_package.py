"""The data packages and the index list each family that a generator makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from course import generator

DATASETS = Path(__file__).resolve().parents[2] / "datasets"


def test_the_committed_packages_are_what_the_generators_say(tmp_path: Path) -> None:
    generator.write(tmp_path, only="company")
    for name in ("datapackage.json", "truth/datapackage.json"):
        assert (tmp_path / name).read_bytes() == (DATASETS / name).read_bytes(), (
            f"datasets/{name} is out of date: run crm-course datasets"
        )


def test_packages_list_exactly_the_files_there_are() -> None:
    listed = {
        DATASETS / "truth" / resource["path"]
        if resource["is_truth"]
        else DATASETS / resource["path"]
        for family in generator.families().values()
        for resource in family.RESOURCES
    }
    assert listed == set(DATASETS.rglob("*.csv"))


FOLDERS = {
    resource["path"].split("/")[0]
    for family in generator.families().values()
    for resource in family.RESOURCES
}


@pytest.mark.parametrize("family", sorted(FOLDERS))
def test_each_family_has_a_card_and_a_line_in_the_index(family: str) -> None:
    card = DATASETS / family / "README.md"
    assert card.is_file(), f"write a card for the family {family}: {card.name}"
    index = (DATASETS / "README.md").read_text(encoding="utf-8")
    assert f"({family}/README.md)" in index, f"add {family} to datasets/README.md"
    text = card.read_text(encoding="utf-8")
    assert "synthetic" in text.lower()
    assert "CC BY 4.0" in text


def test_all_data_stay_small() -> None:
    sizes = [path.stat().st_size for path in DATASETS.rglob("*.csv")]
    assert max(sizes) < 5_000_000
    assert sum(sizes) < 25_000_000
