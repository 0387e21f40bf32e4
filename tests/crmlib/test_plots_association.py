"""Pictures of rules: they show their tables, and everybody can read them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figure_audit import audited
from matplotlib.container import ErrorbarContainer
from matplotlib.patches import Rectangle

from crmlib import association, datasets, plots, plots_association
from crmlib.errors import ContractError, CrmError


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return association.rules(association.unpack(datasets.load("baskets/west")))


class TestLifts:
    def test_each_rule_has_its_interval(self, found: pd.DataFrame) -> None:
        some = found.sort_values("p_value").head(6)
        ax = plots_association.lifts(some)
        (drawn,) = (c for c in ax.containers if isinstance(c, ErrorbarContainer))
        points, _, (bars,) = drawn.lines
        assert np.allclose(points.get_xdata(), some["lift"])
        ends = np.array([path[:, 0] for path in bars.get_segments()])
        assert np.allclose(ends, some[["lift_low", "lift_high"]])
        names = [label.get_text() for label in ax.get_yticklabels()]
        assert names == [
            f"{row.antecedent} → {row.consequent}" for row in some.itertuples()
        ]
        left, right = ax.get_xlim()
        assert left < min(1, ends.min())
        assert right > max(1, ends.max())
        assert not audited(ax)

    def test_the_title_counts_the_intervals_without_a_one(self) -> None:
        table = pd.DataFrame(
            {
                "pair": ["above", "below", "across", "touching"],
                "lift": [1.5, 0.5, 1.0, 1.2],
                "lift_low": [1.2, 0.3, 0.8, 1.0],
                "lift_high": [1.8, 0.9, 1.2, 1.4],
            }
        )
        ax = plots_association.lifts(table, labels="pair", confidence=0.9)
        assert ax.get_title(loc="left") == "2 of 4 intervals leave out a lift of 1"
        assert ax.get_ylabel() == "Pair"
        assert "90 % interval" in ax.get_xlabel()
        (line,) = (one for one in ax.lines if one.get_gid() == "decoration")
        assert set(np.asarray(line.get_xdata())) == {1}

    def test_it_says_what_it_is_told(self, found: pd.DataFrame) -> None:
        _, own = plots.subplots()
        ax = plots_association.lifts(found.head(1), title="As told", ax=own)
        assert ax is own
        assert ax.get_title(loc="left") == "As told"

    def test_what_it_cannot_draw(self, found: pd.DataFrame) -> None:
        with pytest.raises(CrmError, match=r"1 to 40 rules, not [\d,]+: pass those"):
            plots_association.lifts(found)
        with pytest.raises(CrmError, match="not 0"):
            plots_association.lifts(found.head(0))
        with pytest.raises(ContractError, match="the plot needs lift_low"):
            plots_association.lifts(found.drop(columns="lift_low").head(3))
        with pytest.raises(ContractError, match="the plot needs chain"):
            plots_association.lifts(found.head(3), labels="chain")


class TestPValues:
    def test_the_first_bar_is_the_plain_test(self, found: pd.DataFrame) -> None:
        for level in (0.05, 0.1, 0.03):
            result = association.many_rules(found, level=level)
            ax = plots_association.p_values(result)
            bars = [bar for bar in ax.patches if isinstance(bar, Rectangle)]
            assert bars[0].get_height() == result.n_plain
            assert bars[0].get_width() == pytest.approx(level)
            assert sum(bar.get_height() for bar in bars) == len(result.table)
            assert bars[-1].get_x() + bars[-1].get_width() == pytest.approx(1)
            (line,) = ax.lines
            assert set(np.asarray(line.get_ydata())) == {result.expected_by_luck}
            title = ax.get_title(loc="left").replace("\n", " ")
            assert title.startswith(f"{result.n_plain:,} of {result.n_tried:,} pairs")
            assert not audited(ax)

    def test_a_value_on_the_edge_passes_as_it_does_in_the_test(self) -> None:
        result = association.many_rules(
            pd.DataFrame(
                {
                    "antecedent": list("aaa"),
                    "consequent": list("bcd"),
                    "n_both": [1, 1, 1],
                    "lift": [1.0, 1.0, 1.0],
                    "p_value": [0.05, 0.0, 1.0],
                }
            )
        )
        heights = [
            bar.get_height()
            for bar in plots_association.p_values(result).patches
            if isinstance(bar, Rectangle)
        ]
        assert heights[0] == result.n_plain == 2
        assert heights[-1] == 1
        assert len(heights) == 20

    def test_there_must_be_pairs(self, found: pd.DataFrame) -> None:
        with pytest.raises(CrmError, match="no pairs to draw"):
            plots_association.p_values(association.many_rules(found.head(0)))
