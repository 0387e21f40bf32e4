"""Pictures of lifetime value: they show their tables, and everybody can read them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figure_audit import audited
from matplotlib.patches import Rectangle

from crmlib import plots_value, value
from crmlib.errors import ContractError, CrmError

BG = value.BGNBD(r=0.6, alpha=7, a=1.1, b=27, unit="weeks")
MBG = value.BGNBD(r=1.5, alpha=15, a=0.1, b=0.1, unit="weeks", first_may_be_last=True)
TABLE = pd.DataFrame(
    {
        "group": ["0", "1", "2+"],
        "n_customers": [700, 180, 1200],
        "actual": [0.6, 2.2, 4.0],
        "forecast": [0.9, 1.6, 4.1],
    }
)


def test_order_days_marks_each_order_once() -> None:
    days = ["2025-01-01", "2025-02-05", "2025-07-02", "2025-01-08"]
    orders = pd.DataFrame(
        {"customer_id": ["C1", "C1", "C1", "C2"], "ordered_on": pd.to_datetime(days)}
    )
    ax = plots_value.order_days(
        orders, {"C2": "Ma Mei", "C1": "Su Tao"}, as_of="2025-03-05"
    )
    marks = [line for line in ax.lines if line.get_marker() == "|"]
    assert [np.asarray(m.get_xdata()).tolist() for m in marks] == [[-8.0], [-9.0, -4.0]]
    assert ax.get_title(loc="left") == "Silent for 8 weeks: Ma Mei, 4 weeks: Su Tao"
    assert not audited(ax)
    with pytest.raises(CrmError, match="C3 has no order"):
        plots_value.order_days(orders, {"C3": "X"}, as_of="2025-03-05")
    with pytest.raises(CrmError, match="nobody"):
        plots_value.order_days(orders, {}, as_of="2025-03-05")


def test_alive_draws_what_the_model_says() -> None:
    curves = {"often": (BG, 9, 20.0), "rarely": (BG, 3, 20.0), "new": (MBG, 0, 0.0)}
    ax = plots_value.alive(curves, upto=104, silence=26)
    said = [text.get_text() for text in ax.texts]
    expected = []
    for model, repeats, last in curves.values():
        row = {"n_repeat_orders": [repeats], "age_at_last_order": [last]}
        at = pd.DataFrame({**row, "age": [last + 26]})
        expected.append(f"{100 * model.probability_alive(at).item():.0f} %")
    assert said == expected
    title = ax.get_title(loc="left").replace("\n", " ")
    assert title.startswith(f"After 26 weeks of silence: often {said[0]}, rarely")
    for curve in ax.lines[::2]:
        assert (np.diff(np.asarray(curve.get_ydata())) <= 0).all()
    assert not audited(ax)
    without = plots_value.alive({"BG/NBD": (BG, 0, 0.0)}, upto=10)
    assert np.asarray(without.lines[0].get_ydata()).tolist() == [100.0] * 209
    assert not audited(without)


def test_alive_refuses_what_cannot_be() -> None:
    days = value.BGNBD(r=1, alpha=1, a=1, b=1, unit="days")
    for curves in ({}, {"a": (BG, 1, 1.0), "b": (days, 1, 1.0)}):
        with pytest.raises(CrmError, match="one unit"):
            plots_value.alive(curves, upto=5)
    with pytest.raises(ContractError):
        plots_value.alive({"BG/NBD": (BG, 0, 3.0)}, upto=5)


def test_calibration_shows_outcome_and_forecasts() -> None:
    other = TABLE.assign(forecast=[0.7, 2.0, 3.9])
    ax = plots_value.calibration(
        {"BG/NBD": TABLE, "MBG/NBD": other}, group_name="Repeat orders"
    )
    bars = [bar.get_height() for bar in ax.patches if isinstance(bar, Rectangle)]
    assert bars == TABLE["actual"].tolist()
    drawn = [np.asarray(line.get_ydata()).tolist() for line in ax.lines]
    assert drawn == [TABLE["forecast"].tolist(), other["forecast"].tolist()]
    assert ax.get_title(loc="left") == "BG/NBD is furthest off at 1: 1.6 where 2.2 came"
    assert not audited(ax)


def test_calibration_refuses_what_cannot_be() -> None:
    with pytest.raises(CrmError, match="nothing to draw"):
        plots_value.calibration({}, group_name="x")
    with pytest.raises(CrmError, match="different groups"):
        plots_value.calibration(
            {"a": TABLE, "b": TABLE.head(2)}, group_name="Repeat orders"
        )
