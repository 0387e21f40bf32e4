"""Figures: what they show, how they are stored, and that nothing leaks out of them."""

from __future__ import annotations

import base64
import io
import json
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from PIL import Image

from course.figures import audit
from crmlib import _inventory, datasets, plots, purchases, segmentation
from crmlib.errors import ContractError, CrmError

AS_OF = "2025-12-31"


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return datasets.load("company/orders")


@pytest.fixture(scope="module")
def profit(orders: pd.DataFrame) -> pd.DataFrame:
    costs = datasets.load("company/service_costs")
    return segmentation.profit(orders, costs, as_of=AS_OF)


@cache
def _budget() -> pd.Series[Any]:
    customers = datasets.load("company/customers").set_index("customer_id")
    return customers["annual_budget_cents"]


def _matrix(profit: pd.DataFrame, ax: Axes | None) -> Axes:
    budget = _budget()
    table = profit.set_index("customer_id")
    potential = budget.reindex(table.index).astype("Float64")
    return plots.value_matrix(
        table["profit_cents"],
        potential,
        current_cut=100_000,
        potential_cut=200_000,
        ax=ax,
    )


def _relationship(profit: pd.DataFrame, ax: Axes | None) -> Axes:
    label = segmentation.relationship_or_transaction(
        profit, margin_cut_cents=100_000, discount_cut=0.10
    )
    return plots.relationship(profit, label, ax=ax)


def _responses(profit: pd.DataFrame, ax: Axes | None) -> Axes:
    rng = np.random.default_rng(7)
    segment = pd.Series(rng.choice(["economic", "moral", "convenience"], 900))
    treated = pd.Series(rng.random(900) < 0.5)
    lift = np.where(segment == "moral", 0.25, 0.0) * treated
    outcome = pd.Series(rng.random(900) < 0.3 + lift)
    return plots.responses(
        segmentation.responsive(segment, treated, outcome).table, ax=ax
    )


@cache
def _scores() -> pd.DataFrame:
    summary = purchases.summarise(datasets.load("company/orders"), as_of=AS_OF)
    return purchases.rfm(summary).scores


AGENTS = {"Lao Zhang": 50_000_000, "Xiao Wang": 2_500_000_000}


def _moved() -> pd.DataFrame:
    return pd.DataFrame([[0, 0], [3, 5]], index=["a", "b"], columns=["a", "b"])


DRAWINGS: dict[str, Callable[[pd.DataFrame, Axes | None], Axes]] = {
    "agents": lambda _, ax: plots.agents(AGENTS, ax=ax),
    "agents, log": lambda _, ax: plots.agents(AGENTS, log=True, ax=ax),
    "agents, equal": lambda _, ax: plots.agents({"A": 500, "B": 500}, ax=ax),
    "agents, zero": lambda _, ax: plots.agents({"A": 0, "B": 0}, ax=ax),
    "pyramid of revenue": lambda t, ax: plots.pyramid(
        segmentation.pyramid(t["revenue_cents"]), value_name="revenue", ax=ax
    ),
    "pyramid of profit": lambda t, ax: plots.pyramid(
        segmentation.pyramid(t["profit_cents"]), value_name="profit", ax=ax
    ),
    "pyramid alone": lambda t, ax: plots.pyramid(
        segmentation.pyramid(t["revenue_cents"]), course=None, ax=ax
    ),
    "lorenz": lambda t, ax: plots.lorenz(
        segmentation.lorenz(t["revenue_cents"]),
        gini=segmentation.gini(t["revenue_cents"]),
        value_name="revenue",
        ax=ax,
    ),
    "whale": lambda t, ax: plots.whale(
        segmentation.whale_curve(t["profit_cents"]), ax=ax
    ),
    "whale without a fall": lambda t, ax: plots.whale(
        segmentation.whale_curve(t["revenue_cents"]), ax=ax
    ),
    "whale below the course": lambda t, ax: plots.whale(
        segmentation.whale_curve(pd.Series(np.arange(1, 400))), ax=ax
    ),
    "whale near the course": lambda t, ax: plots.whale(
        segmentation.whale_curve(pd.Series([83] * 20 + [1] * 80)), ax=ax
    ),
    "value_matrix": _matrix,
    "relationship": _relationship,
    "rfm_grid": lambda _, ax: plots.rfm_grid(_scores(), ax=ax),
    "responses": _responses,
    "stability": lambda _, ax: plots.stability(_moved(), ax=ax),
}

every_drawing = pytest.mark.parametrize("name", DRAWINGS)


def inventory(ax: Axes) -> dict[str, Any]:
    with plots.style():
        figure = ax.get_figure()
        assert figure is not None
        return _inventory.take(figure)  # type: ignore[arg-type]


@every_drawing
def test_every_drawing_passes_the_audit(name: str, profit: pd.DataFrame) -> None:
    ax = DRAWINGS[name](profit, None)
    assert audit(inventory(ax)) == []


@every_drawing
def test_every_drawing_is_small_wide_enough_undated_and_the_same_twice(
    name: str, profit: pd.DataFrame
) -> None:
    first = plots.png(DRAWINGS[name](profit, None))
    assert first == plots.png(DRAWINGS[name](profit, None))
    assert len(first) < 60_000
    assert Image.open(io.BytesIO(first)).width == 840
    assert chunks(first) <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


@every_drawing
def test_every_drawing_uses_the_axes_given_and_leaves_options_and_input(
    name: str, profit: pd.DataFrame
) -> None:
    _, ax = plots.subplots(height=5)
    options = dict(mpl.rcParams)
    before = profit.copy()
    assert DRAWINGS[name](profit, ax) is ax
    assert dict(mpl.rcParams) == options
    pd.testing.assert_frame_equal(profit, before)


def chunks(png: bytes) -> set[bytes]:
    """Return the names of a PNG's chunks, read by hand from the format."""
    found, at = set(), 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.add(png[at + 4 : at + 8])
        at += length + 12
    return found


def test_the_style_survives_other_options(profit: pd.DataFrame) -> None:
    plain = plots.png(DRAWINGS["whale"](profit, None))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black"}):
        assert plots.png(DRAWINGS["whale"](profit, None)) == plain


# What is drawn ----------------------------------------------------------------------


def test_bars_are_as_long_as_the_totals() -> None:
    ax = plots.agents(AGENTS)
    assert [bar.get_width() for bar in ax.patches] == [500_000, 25_000_000]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(AGENTS)


def test_a_fixed_scale_does_not_move_with_the_totals() -> None:
    limits = {
        plots.agents({"A": total, "B": 500}, upto=10_000).get_xlim()
        for total in (100, 900, 10_000)
    }
    assert limits == {(0.0, 124.0)}


def test_whale_says_the_peak_that_counting_finds(profit: pd.DataFrame) -> None:
    gains = profit["profit_cents"].to_numpy()
    peak = gains[gains > 0].sum() / gains.sum()
    at = (gains > 0).sum() / len(gains)
    texts = [text.get_text() for text in DRAWINGS["whale"](profit, None).texts]
    assert f"peak: {peak:.0%} after {at:.0%} of customers".replace("%", " %") in texts


def test_rfm_grid_counts_as_a_cross_table_does() -> None:
    rng = np.random.default_rng(1)
    scores = pd.DataFrame({"r": rng.integers(1, 6, 300), "f": rng.integers(1, 5, 300)})
    ax = plots.rfm_grid(scores)
    seen = {
        (round(text.get_position()[1]), round(text.get_position()[0])): text.get_text()
        for text in ax.texts
    }
    table = pd.crosstab(scores["r"], scores["f"]).reindex(columns=range(1, 6))
    for (r, f), count in table.fillna(0).astype(int).stack().items():
        assert seen[(r, f)] == (str(count) if count else "–")


def test_value_matrix_counts_all_known_customers_once(profit: pd.DataFrame) -> None:
    ax = _matrix(profit, None)
    counted = sum(
        int(text.get_text().split(": ")[1].split()[0].replace(",", ""))
        for text in ax.texts
    )
    known = _budget().reindex(profit["customer_id"]).notna()
    assert counted == int(known.sum())


def test_value_matrix_names_the_corners_as_segmentation_does() -> None:
    current = pd.Series([900, 900, 10, 10, 20])
    potential = pd.Series([800, 5, 800, 2, 800])
    cuts = {"current_cut": 500, "potential_cut": 500}
    labels = segmentation.value_matrix(current, potential, **cuts).value_counts()
    ax = plots.value_matrix(current, potential, **cuts)
    said = dict(text.get_text().split(": ") for text in ax.texts)
    assert {name: int(text.split()[0]) for name, text in said.items()} == dict(labels)


def test_pyramid_states_the_finding_and_takes_another_title(
    profit: pd.DataFrame,
) -> None:
    tiers = segmentation.pyramid(profit["revenue_cents"])
    share = tiers["value_share"].iloc[0]
    title = plots.pyramid(tiers, value_name="revenue").get_title(loc="left")
    assert f"{100 * share:.0f} %" in title
    assert plots.pyramid(tiers, title="Mine").get_title(loc="left") == "Mine"


@pytest.mark.parametrize(
    "call",
    [
        lambda: plots.pyramid(pd.DataFrame({"tier": ["key"]})),
        lambda: plots.lorenz(pd.DataFrame({"customer_share": [0.0, 1.0]})),
        lambda: plots.whale(pd.DataFrame()),
        lambda: plots.relationship(pd.DataFrame(), pd.Series(dtype=str)),
        lambda: plots.rfm_grid(pd.DataFrame({"r": [1], "f": [9]})),
        lambda: plots.responses(pd.DataFrame({"segment": ["moral"]})),
    ],
)
def test_a_table_that_does_not_fit_is_named(call: Callable[[], Axes]) -> None:
    with pytest.raises(ContractError, match="What to do"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: plots.agents({}),
        lambda: plots.agents({"A": 0, "B": 5}, log=True),
        lambda: plots.value_matrix(
            pd.Series([5]), pd.Series([-1]), current_cut=1, potential_cut=1
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(call: Callable[[], Axes]) -> None:
    with pytest.raises(CrmError):
        call()


# Showing ----------------------------------------------------------------------------


class Shell:
    """Stands in for a notebook's shell and keeps what is published."""

    def __init__(self) -> None:
        self.display_pub = self
        self.published: list[dict[str, Any]] = []

    def publish(self, **output: Any) -> None:
        self.published.append(output)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    stand_in = Shell()
    monkeypatch.setattr(plots, "_shell", lambda: stand_in)
    return stand_in


ALT = "Two bars: Xiao Wang's total is fifty times Lao Zhang's."


def test_show_stores_picture_text_and_inventory(shell: Shell) -> None:
    ax = plots.agents(AGENTS)
    plots.show(ax, alt=f"  {ALT}\n ")
    (output,) = shell.published
    fresh = plots.png(plots.agents(AGENTS))
    assert base64.b64decode(output["data"]["image/png"]) == fresh
    assert output["data"]["text/plain"] == ALT
    assert output["metadata"]["image/png"] == {"alt": ALT}
    stored = json.loads(json.dumps(output["metadata"]["crm"]))
    assert stored["axes"][0]["title"] == "Xiao Wang's total is 50 times Lao Zhang's"
    assert audit(stored) == []


@pytest.mark.parametrize("alt", ["", "  ", "Figure", "whale curve", "x" * 40, None, 5])
def test_show_refuses_a_text_that_says_nothing(alt: Any, shell: Shell) -> None:
    with pytest.raises(CrmError, match="sentence"):
        plots.show(plots.agents(AGENTS), alt=alt)
    assert shell.published == []


def test_show_refuses_what_is_no_figure(shell: Shell) -> None:
    with pytest.raises(CrmError, match="int"):
        plots.show(3, alt=ALT)  # type: ignore[arg-type]


def test_show_displays_nothing_outside_a_notebook(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plots.show(plots.agents(AGENTS), alt=ALT)
    assert capsys.readouterr().out == ""


def test_show_closes_a_figure_of_pyplot(shell: Shell) -> None:
    mpl.use("agg")
    import matplotlib.pyplot as plt

    fig, _ = plt.subplots()
    plots.show(fig, alt=ALT)
    assert plt.get_fignums() == []


# The inventory ----------------------------------------------------------------------


def test_the_colour_behind_a_text_is_read_from_the_picture() -> None:
    _, ax = plots.subplots()
    ax.barh([0], [1], color="#003050")
    ax.text(0.5, 0, "on the bar", color="white", ha="center")
    ax.text(0.5, 0.6, "beside it", color="black", ha="center")
    taken = inventory(ax)
    behind = {text["text"]: text["background"] for text in taken["texts"]}
    assert behind["on the bar"] == "#003050"
    assert behind["beside it"] == "#ffffff"
    assert [text.get_alpha() for text in ax.texts] == [None, None]


def test_the_inventory_tells_kinds_of_axes_and_series_apart() -> None:
    _, ax = plots.subplots()
    ax.plot(pd.to_datetime(["2025-01-01", "2025-06-01"]), [1, 2], "--", label="a")
    ax.plot(pd.to_datetime(["2025-01-01", "2025-06-01"]), [2, 3], "o", label="b")
    (panel,) = inventory(ax)["axes"]
    assert (panel["xkind"], panel["ykind"]) == ("date", "number")
    looks = [(s["kind"], s["linestyle"], s["marker"]) for s in panel["series"]]
    assert looks == [("line", "--", ""), ("points", "None", "o")]


def test_half_transparent_colours_are_mixed_with_the_background() -> None:
    _, ax = plots.subplots()
    ax.plot([0, 1], color="black", alpha=0.5)
    (panel,) = inventory(ax)["axes"]
    assert panel["series"][0]["colour"] == "#808080"


def test_stability_shows_counts_and_shares_of_the_row() -> None:
    ax = plots.stability(_moved())
    assert [text.get_text() for text in ax.texts] == ["–", "–", "3\n38 %", "5\n62 %"]
    assert ax.get_title(loc="left").startswith("62 % of 8 customers stayed")
    assert "of b the most, 62 %" in ax.get_title(loc="left").replace("\n", " ")


@pytest.mark.parametrize(
    "table", [_moved().rename(columns={"a": "z"}), _moved() * 0], ids=["names", "empty"]
)
def test_stability_of_no_square_table_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(ContractError, match="the same segments in rows"):
        plots.stability(table)


def test_the_inventory_reads_what_a_learner_may_draw() -> None:
    """Areas, hollow points, texts of the figure; nothing of panels that are hidden."""
    fig, (ax, other) = plots.subplots(2)
    with plots.style():
        ax.fill_between([0, 1], [0, 1], color="#0072b2", hatch="//", label="area")
        hollow = ax.scatter(
            [0, 1], [1, 0], facecolors="none", edgecolors="#d55e00", label="hollow"
        )
        full = ax.scatter([0], [0], color="#009e73", label="full")
        fig.suptitle("Above all panels")
        other.set_title("Nobody sees this")
        other.set_visible(False)
        inventory = _inventory.take(fig)
    (axes,) = inventory["axes"]
    found = {one["label"]: one for one in axes["series"]}
    assert found["area"]["kind"] == "area"
    assert found["area"]["hatch"] == "//"
    assert found["area"]["colour"] == "#0072b2"
    assert found["hollow"]["colour"] == "#d55e00"
    assert found["full"]["colour"] == "#009e73"
    assert found["hollow"]["marker"] != found["full"]["marker"]
    assert hollow.get_paths()[0].vertices.shape == full.get_paths()[0].vertices.shape
    told = [text["text"] for text in inventory["texts"]]
    assert "Above all panels" in told
    assert "Nobody sees this" not in told


@pytest.mark.parametrize(
    ("low", "finding"),
    [
        ([-0.1, -0.2, -0.1], "For no segment is a response certain"),
        ([0.1, 0.2, 0.1], "A response is certain for every segment"),
        ([0.1, 0.2, -0.1], "A response is certain only for a and b"),
    ],
)
def test_responses_say_for_whom_the_interval_leaves_out_zero(
    low: list[float], finding: str
) -> None:
    table = pd.DataFrame({"segment": list("abc"), "low": low})
    table = table.assign(difference=table["low"] + 0.3, high=table["low"] + 0.6)
    assert plots.responses(table).get_title(loc="left").startswith(finding)


def test_relationship_of_customers_without_a_margin_claims_no_share() -> None:
    profit = pd.DataFrame(
        {
            "customer_id": ["C1", "C2"],
            "discount_share": [0.0, 0.5],
            "margin_cents": [0, 0],
            "profit_cents": [0, 0],
        }
    )
    kind = segmentation.relationship_or_transaction(
        profit, margin_cut_cents=100_000, discount_cut=0.10
    )
    title = plots.relationship(profit, kind).get_title(loc="left")
    assert "of the margin" not in title


def test_a_pyramid_beside_the_courses_needs_as_many_tiers() -> None:
    tiers = segmentation.pyramid(
        pd.Series([9, 5, 3, 1], index=["C1", "C2", "C3", "C4"]),
        shares={"top": 0.5, "base": 0.5},
    )
    with pytest.raises(CrmError, match="The course's shares are 3, the tiers 2"):
        plots.pyramid(tiers)
    assert plots.pyramid(tiers, course=None).get_title(loc="left")
    assert plots.pyramid(tiers, course=(0.8, 0.2)).get_title(loc="left")
