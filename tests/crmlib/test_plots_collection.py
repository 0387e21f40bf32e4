"""Pictures of collected records: they show their tables, and all can read them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figure_audit import audited

from crmlib import collection, datasets, plots, plots_collection
from crmlib.errors import ContractError, CrmError

FIELDS = ["phone", "email", "address"]


@pytest.fixture(scope="module")
def exports() -> pd.DataFrame:
    columns = {
        "fair": {f"card_{field}": field for field in FIELDS} | {"met_on": "updated_on"},
        "marketing": {"mobile": "phone", "email": "email", "updated_on": "updated_on"},
        "sales": {name: name for name in ("phone", "address", "updated_on")},
    }
    tables = {name: datasets.load(f"exports/{name}") for name in columns}
    return collection.stack(tables, columns=columns)


class TestThresholds:
    tried = pd.DataFrame(
        {"precision": [0.5, 0.96, 1.0], "recall": [0.99, 0.9, 0.45]}, index=[30, 60, 90]
    )

    def test_both_curves_and_the_chosen_one(self) -> None:
        ax = plots_collection.thresholds(self.tried.iloc[::-1], 60)
        precision, recall, line = ax.lines
        assert np.allclose(precision.get_ydata(), [50, 96, 100])
        assert np.allclose(recall.get_ydata(), [99, 90, 45])
        assert list(np.asarray(precision.get_xdata())) == [30, 60, 90], "in order"
        assert set(np.asarray(line.get_xdata())) == {60}
        title = ax.get_title(loc="left")
        assert "60 points" in title
        assert "96 %" in title
        assert "90 %" in title
        assert not audited(ax)

    def test_nothing_is_cut_off(self) -> None:
        low = self.tried.assign(recall=[0.9, 0.5, 0.04])
        bottom, top = plots_collection.thresholds(low, 30).get_ylim()
        assert bottom <= 4
        assert top >= 100

    def test_it_draws_where_it_is_told_and_says_what_it_is_told(self) -> None:
        _, (_, right) = plots.subplots(2)
        ax = plots_collection.thresholds(self.tried, 60, title="Sixty it is", ax=right)
        assert ax is right
        assert ax.get_title(loc="left") == "Sixty it is"

    def test_a_threshold_that_was_not_tried(self) -> None:
        with pytest.raises(CrmError, match="45 was not tried; there are: 30, 60, 90"):
            plots_collection.thresholds(self.tried, 45)
        with pytest.raises(CrmError, match="there are: none"):
            plots_collection.thresholds(self.tried.head(0), 45)

    def test_a_missing_column(self) -> None:
        with pytest.raises(ContractError, match="the plot needs recall"):
            plots_collection.thresholds(self.tried[["precision"]], 60)


class TestCompleteness:
    def test_each_cell_says_its_share(self, exports: pd.DataFrame) -> None:
        table = collection.completeness(exports, fields=FIELDS, by_source=True)
        ax = plots_collection.completeness(table)
        told = {
            (text.get_position()[0], text.get_position()[1]): text.get_text()
            for text in ax.texts
        }
        sources = table["source"].unique().tolist()
        for row in table.itertuples():
            at = (sources.index(row.source), FIELDS.index(row.field))
            assert told[at] == f"{100 * row.share_present:.0f} %"
        assert [label.get_text() for label in ax.get_xticklabels()] == sources
        assert [label.get_text() for label in ax.get_yticklabels()] == FIELDS
        assert not audited(ax)
        empty = table[table["share_present"] == 0]["source"].nunique()
        assert ax.get_title(loc="left").startswith(f"{3 - empty} of 3 sources")

    def test_a_field_that_a_source_does_not_have(self) -> None:
        table = pd.DataFrame(
            {
                "source": ["till", "web", "web"],
                "field": ["name", "name", "email"],
                "share_present": [1.0, 0.5, float("nan")],
            }
        )
        ax = plots_collection.completeness(table)
        assert [t.get_text() for t in ax.texts].count("–") == 2
        assert ax.get_title(loc="left").startswith("0 of 2 sources have")

    def test_what_it_cannot_draw(self, exports: pd.DataFrame) -> None:
        table = collection.completeness(exports, fields=FIELDS, by_source=True)
        for wrong in (table.head(0), pd.concat([table, table.head(1)])):
            with pytest.raises(CrmError, match="each source and field once"):
                plots_collection.completeness(wrong)
        alone = collection.completeness(exports, fields=FIELDS)
        with pytest.raises(ContractError, match="the plot needs source"):
            plots_collection.completeness(alone)


class TestFreshness:
    def test_each_source_and_limit_has_its_point(self, exports: pd.DataFrame) -> None:
        shares = pd.DataFrame(
            {
                f"within {days} days": collection.freshness(
                    exports, as_of="2025-12-31", max_age_days=days
                ).set_index("source")["share_fresh"]
                for days in (92, 365, 730)
            }
        )
        ax = plots_collection.freshness(shares)
        points = [line for line in ax.lines if line.get_gid() != "decoration"]
        assert [line.get_label() for line in points] == list(shares.columns)
        for line, column in zip(points, shares.columns, strict=True):
            assert np.allclose(line.get_xdata(), 100 * shares[column])
        told = [text.get_text() for text in ax.texts]
        assert told == [
            ", ".join(f"{100 * value:.0f} %" for value in row)
            for row in shares.to_numpy()
        ]
        assert str(shares.iloc[:, 0].idxmin()) in ax.get_title(loc="left")
        assert not audited(ax)

    def test_points_at_one_place_are_both_seen(self) -> None:
        same = pd.DataFrame({"a quarter": [0.3], "a year": [0.3]}, index=["fair"])
        ax = plots_collection.freshness(same)
        above, below = (line for line in ax.lines if line.get_gid() != "decoration")
        assert above.get_zorder() > below.get_zorder()
        assert above.get_markersize() < below.get_markersize()

    def test_a_source_without_dates(self) -> None:
        shares = pd.DataFrame(
            {"a quarter": [0.3, float("nan")], "a year": [0.6, 0.5]},
            index=["fair", "till"],
        )
        ax = plots_collection.freshness(shares)
        assert [text.get_text() for text in ax.texts] == ["30 %, 60 %", "–, 50 %"]

    def test_what_it_cannot_draw(self) -> None:
        with pytest.raises(CrmError, match="0 rows and 1 columns"):
            plots_collection.freshness(pd.DataFrame({"a year": []}))
        many = pd.DataFrame([[0.1] * 5], index=["till"])
        with pytest.raises(CrmError, match="one to 4 columns"):
            plots_collection.freshness(many)
