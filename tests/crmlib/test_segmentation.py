"""Segmentation: closed forms, loops, laws, published values, planted truth, errors."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crmlib import datasets
from crmlib.errors import ContractError
from crmlib.segmentation import (
    COURSE_PYRAMID,
    Stability,
    Verdict,
    accessible,
    agent_break_even,
    agent_total,
    gini,
    letting_go,
    lorenz,
    man,
    man_classes,
    marketing_types,
    marketing_types_from_behaviour,
    measurable,
    newcombe_interval,
    profit,
    profitable,
    pyramid,
    pyramid_tiers,
    rank_relationship_customers,
    relationship_or_transaction,
    responsive,
    stability,
    top_share,
    value_matrix,
    whale_curve,
    whale_peak,
)

LAO_ZHANG = {
    "customers": 1000,
    "probability": 0.05,
    "frequency": 1,
    "amount_cents": 1_000_000,
}
XIAO_WANG = {
    "customers": 50,
    "probability": 0.5,
    "frequency": 10,
    "amount_cents": 10_000_000,
}
amounts = st.lists(st.integers(-500, 2000), min_size=1, max_size=60)
gains = st.lists(st.integers(0, 2000), min_size=1, max_size=60)


def refused(call, *arguments, **options) -> ContractError:
    with pytest.raises(ContractError) as caught:
        call(*arguments, **options)
    return caught.value


class TestAgents:
    def test_the_course_table(self):
        assert agent_total(**LAO_ZHANG) == 500_000_00
        assert agent_total(**XIAO_WANG) == 25_000_000_00

    @pytest.mark.parametrize("lever", list(LAO_ZHANG))
    def test_at_break_even_the_totals_are_equal(self, lever):
        # The weaker in the place of the stronger, so that every value is allowed.
        needed = agent_break_even(XIAO_WANG, LAO_ZHANG, lever=lever)
        assert needed == pytest.approx(XIAO_WANG[lever] / 50)
        assert agent_total(**(XIAO_WANG | {lever: needed})) == 500_000_00

    def test_one_lever_may_not_do_it(self):
        needed = agent_break_even(LAO_ZHANG, XIAO_WANG, lever="probability")
        assert needed == pytest.approx(2.5)

    @pytest.mark.parametrize(
        ("lever", "value", "says"),
        [
            ("customers", -1, "customers must be a number of at least 0"),
            ("frequency", math.nan, "frequency must be a number of at least 0"),
            ("amount_cents", math.inf, "amount_cents must be a number of at least 0"),
            ("probability", 5, "5 % is 0.05"),
        ],
    )
    def test_levers_out_of_range(self, lever, value, says):
        with pytest.raises(ValueError, match=says):
            agent_total(**(LAO_ZHANG | {lever: value}))

    def test_a_sure_buyer_is_possible_and_more_is_not(self):
        sure = LAO_ZHANG | {"probability": 1}
        assert agent_total(**sure) == 1000 * 1_000_000
        with pytest.raises(ValueError, match="probability must be from 0 to 1"):
            agent_total(**(LAO_ZHANG | {"probability": 1.01}))

    def test_break_even_that_cannot_be(self):
        with pytest.raises(ValueError, match="no lever called 'price'; there are"):
            agent_break_even(LAO_ZHANG, XIAO_WANG, lever="price")
        idle = LAO_ZHANG | {"frequency": 0}
        with pytest.raises(ValueError, match="another lever is 0"):
            agent_break_even(idle, XIAO_WANG, lever="customers")


def small_books() -> tuple[pd.DataFrame, pd.DataFrame]:
    orders = pd.DataFrame(
        {
            "customer_id": ["C2", "C1", "C1", "C3", "C1"],
            "ordered_on": pd.to_datetime(
                ["2025-01-01", "2025-01-01", "2025-06-30", "2025-12-31", "2026-01-01"]
            ),
            "list_cents": [1000, 2000, 2000, 0, 9999],
            "discount_cents": [100, 0, 500, 0, 0],
            "amount_cents": [900, 2000, 1500, 0, 9999],
            "goods_cost_cents": [600, 1200, 1300, 0, 1],
        }
    )
    costs = pd.DataFrame(
        {
            "customer_id": ["C1", "C4", "C4", "C5"],
            "incurred_on": pd.to_datetime(
                ["2025-01-02", "2025-12-31", "2024-12-31", "2026-01-01"]
            ),
            "cost_cents": [70, 30, 5, 1],
        }
    )
    return orders, costs


class TestProfit:
    def test_by_hand(self):
        table = profit(*small_books(), as_of="2025-12-31")
        expected = pd.DataFrame(
            {
                "customer_id": ["C1", "C2", "C3", "C4"],
                "revenue_cents": [3500, 900, 0, 0],
                "goods_cost_cents": [2500, 600, 0, 0],
                "service_cost_cents": [70, 0, 0, 35],
                "profit_cents": [930, 300, 0, -35],
                "discount_share": [0.125, 0.1, np.nan, np.nan],
            }
        )
        pd.testing.assert_frame_equal(table, expected)

    def test_both_ends_of_the_period_count(self):
        table = profit(*small_books(), start="2025-06-30", as_of="2025-12-31")
        assert table["customer_id"].tolist() == ["C1", "C3", "C4"]
        assert table["profit_cents"].tolist() == [200, 0, -30]

    def test_two_periods_add_up(self):
        books = small_books()
        whole = profit(*books, as_of="2025-12-31").set_index("customer_id")
        first = profit(*books, as_of="2025-06-29").set_index("customer_id")
        second = profit(*books, start="2025-06-30", as_of="2025-12-31").set_index(
            "customer_id"
        )
        both = first.add(second, fill_value=0)["profit_cents"]
        assert both.astype("int64").to_dict() == whole["profit_cents"].to_dict()

    @settings(max_examples=25, deadline=None)
    @given(group=st.lists(st.booleans(), min_size=5, max_size=5))
    def test_additive_over_customers(self, group):
        orders, costs = small_books()
        chosen = {f"C{n + 1}" for n, member in enumerate(group) if member}
        total = profit(orders, costs, as_of="2026-12-31")["profit_cents"].sum()
        parts = 0
        for inside in (True, False):
            part = profit(
                orders[orders["customer_id"].isin(chosen) == inside],
                costs[costs["customer_id"].isin(chosen) == inside],
                as_of="2026-12-31",
            )
            parts += part["profit_cents"].sum()
        assert parts == total

    def test_empty_tables(self):
        orders, costs = small_books()
        nothing = profit(orders.head(0), costs.head(0), as_of="2025-12-31")
        assert len(nothing) == 0
        assert nothing["profit_cents"].dtype == "int64"
        only_costs = profit(orders.head(0), costs, as_of="2025-12-31")
        assert only_costs["customer_id"].tolist() == ["C1", "C4"]
        assert only_costs["discount_share"].isna().all()

    def test_inputs_are_not_changed(self):
        orders, costs = small_books()
        before = orders.copy(deep=True), costs.copy(deep=True)
        profit(orders, costs, as_of="2025-12-31")
        pd.testing.assert_frame_equal(orders, before[0])
        pd.testing.assert_frame_equal(costs, before[1])

    def test_one_cent_has_a_discount_share_and_nothing_has_none(self):
        orders, costs = small_books()
        orders = orders.assign(list_cents=[1, 0, 0, 0, 0], discount_cents=0)
        shares = profit(orders, costs, as_of="2025-12-31")["discount_share"]
        assert shares.isna().tolist() == [True, False, True, True]
        assert shares[1] == 0

    def test_customers_as_a_category_are_those_who_occur(self):
        orders, costs = small_books()
        kind = pd.CategoricalDtype(["C1", "C2", "C3", "C4", "C5", "C6"])
        table = profit(
            orders.astype({"customer_id": kind}),
            costs.astype({"customer_id": kind}),
            as_of="2025-12-31",
        )
        assert table["customer_id"].tolist() == ["C1", "C2", "C3", "C4"]

    def test_a_period_of_one_day(self):
        table = profit(*small_books(), start="2025-01-01", as_of="2025-01-01")
        assert table["profit_cents"].tolist() == [800, 300]

    def test_missing_money_names_the_rows(self):
        orders, costs = small_books()
        orders["goods_cost_cents"] = pd.array([1, None, 3, 4, None], dtype="Int64")
        error = refused(profit, orders, costs, as_of="2025-12-31")
        assert (error.table, error.column) == ("orders", "goods_cost_cents")
        assert error.rows.index.tolist() == [1, 4]
        error = refused(
            profit, small_books()[0], costs.drop(columns="cost_cents"), as_of="2025-1-1"
        )
        assert (error.table, error.column) == ("service_costs", "cost_cents")

    def test_days_that_are_none(self):
        with pytest.raises(ValueError, match="is after as_of"):
            profit(*small_books(), start="2026-01-01", as_of="2025-12-31")
        with pytest.raises(ValueError, match="start must be a date"):
            profit(*small_books(), start="last year", as_of="2025-12-31")


class TestPyramid:
    def test_the_course_shape(self):
        # 100 customers: 5 of 160, 15 of 10, 80 of 0.625: 80 %, 15 %, 5 % of 1000.
        value = pd.Series([6400] * 5 + [400] * 15 + [25] * 80) / 40
        table = pyramid(value)
        assert table["tier"].tolist() == ["key", "growth", "regular"]
        assert table["n_customers"].tolist() == [5, 15, 80]
        assert table["value_share"].tolist() == pytest.approx([0.80, 0.15, 0.05])

    @settings(max_examples=60, deadline=None)
    @given(values=amounts)
    def test_laws(self, values):
        assume(sum(values) > 0)
        value = pd.Series(values)
        table = pyramid(value)
        assert table["n_customers"].sum() == len(values)
        assert table["customer_share"].sum() == pytest.approx(1)
        assert table["value_cents"].sum() == sum(values)
        assert table["value_share"].sum() == pytest.approx(1)
        tiers = pyramid_tiers(value)
        counted = tiers.value_counts(sort=False)
        assert counted.tolist() == table["n_customers"].tolist()
        in_tier = {tier: value[tiers == tier] for tier in COURSE_PYRAMID}
        filled = [part for part in in_tier.values() if len(part)]
        for upper, lower in pairwise(filled):
            assert upper.min() > lower.max()  # so equals are never parted
        limits = [0.05, 0.20]
        for limit, n in zip(limits, np.cumsum(counted), strict=False):
            assert n <= math.floor(Fraction(str(limit)) * len(values) + Fraction(1, 2))

    @settings(max_examples=60, deadline=None)
    @given(values=st.sets(st.integers(-500, 2000), min_size=1, max_size=60))
    def test_without_ties_it_agrees_with_top_share(self, values):
        assume(sum(values) > 0)
        value = pd.Series(sorted(values))
        shares = pyramid(value)["value_share"]
        assert shares[0] == pytest.approx(top_share(value, 0.05))
        assert shares[0] + shares[1] == pytest.approx(top_share(value, 0.20))

    @pytest.mark.parametrize(
        ("n", "expected"),
        [
            (1, [0, 0, 1]),
            (9, [0, 2, 7]),  # 0.45 and 1.8
            (10, [1, 1, 8]),  # 0.5 is rounded up
            (30, [2, 4, 24]),  # 1.5 is rounded up
            (100, [5, 15, 80]),
        ],
    )
    def test_whole_customers(self, n, expected):
        table = pyramid(pd.Series(range(1, n + 1)))
        assert table["n_customers"].tolist() == expected

    def test_a_tie_across_a_border_goes_down(self):
        value = pd.Series([9, 9, 1, 1, 1, 1, 1, 1, 1, 1])
        assert pyramid(value)["n_customers"].tolist() == [0, 2, 8]
        assert pyramid(pd.Series([3] * 10))["n_customers"].tolist() == [0, 0, 10]

    def test_other_shares(self):
        shares = {"top": 0.1, "rest": 0.9}
        table = pyramid(pd.Series([-10, 5, 25]), shares=shares)
        assert table["tier"].tolist() == ["top", "rest"]
        assert table["n_customers"].tolist() == [0, 3]
        tiers = pyramid_tiers(pd.Series([1, 2], index=["a", "b"]), shares={"all": 1})
        assert tiers.to_dict() == {"a": "all", "b": "all"}
        tiers = pyramid_tiers(pd.Series([3, 1]), shares={"top": 0.5, "rest": 0.5})
        assert (tiers < "rest").tolist() == [True, False]  # the best comes first

    @pytest.mark.parametrize(
        ("shares", "says"),
        [
            ({"a": 0.5, "b": 0.4}, "add up to 0.9"),
            ({"a": 1.5, "b": -0.5}, "the share of a must be from 0 to 1"),
            ({}, "add up to 0"),
        ],
    )
    def test_shares_that_are_none(self, shares, says):
        with pytest.raises(ValueError, match=says):
            pyramid(pd.Series([1, 2]), shares=shares)

    def test_values_that_are_none(self):
        named = pd.Series([1.0, None, 3.0], index=["a", "b", "c"], name="profit_cents")
        error = refused(pyramid, named)
        assert (error.table, error.column) == ("value", "profit_cents")
        assert error.rows.index.tolist() == ["b"]
        assert refused(pyramid, pd.Series([1.0, math.inf])).rows.index.tolist() == [1]
        assert "add up to -1" in str(refused(pyramid, pd.Series([1, -2])))
        assert "no customers" in str(refused(pyramid, pd.Series([], dtype="int64")))
        assert "a pandas Series is needed" in str(refused(pyramid, [1, 2, 3]))
        assert "numbers are needed" in str(refused(pyramid, pd.Series(["1", "2"])))


class TestConcentration:
    @pytest.mark.parametrize("n", [1, 2, 3, 10, 1000])
    def test_gini_closed_forms(self, n):
        assert gini(pd.Series([7] * n)) == 0
        assert gini(pd.Series([0] * (n - 1) + [7])) == pytest.approx((n - 1) / n)
        # 1, 2, …, n: (n² - 1) / (3 n (n + 1)).
        assert gini(pd.Series(range(1, n + 1))) == pytest.approx((n - 1) / (3 * n))

    @settings(max_examples=60, deadline=None)
    @given(values=gains)
    def test_gini_is_half_the_relative_mean_difference(self, values):
        assume(sum(values) > 0)
        n = len(values)
        apart = sum(abs(a - b) for a in values for b in values)
        assert gini(pd.Series(values)) == pytest.approx(apart / (2 * n * sum(values)))

    @settings(max_examples=60, deadline=None)
    @given(values=gains)
    def test_lorenz(self, values):
        assume(sum(values) > 0)
        curve = lorenz(pd.Series(values))
        assert len(curve) == len(values) + 1
        x, y = curve["customer_share"].to_numpy(), curve["value_share"].to_numpy()
        assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
        steps = np.diff(y)
        assert (steps >= 0).all()
        assert (np.diff(steps) >= -1e-12).all()  # convex
        area = ((y[1:] + y[:-1]) / 2 * np.diff(x)).sum()
        assert gini(pd.Series(values)) == pytest.approx(1 - 2 * area, abs=1e-12)

    @settings(max_examples=60, deadline=None)
    @given(values=gains, data=st.data())
    def test_top_share_is_lorenz_from_the_other_end(self, values, data):
        assume(sum(values) > 0)
        n = len(values)
        k = data.draw(st.integers(0, n))
        held = top_share(pd.Series(values), k / n)
        assert held == pytest.approx(
            sum(sorted(values, reverse=True)[:k]) / sum(values)
        )
        curve = lorenz(pd.Series(values))["value_share"]
        assert held == pytest.approx(1 - curve[n - k], abs=1e-12)

    def test_top_share_of_profit_may_exceed_one(self):
        assert top_share(pd.Series([-100, 100, 100]), 0.67) == 2
        assert top_share(pd.Series([1, 1]), 0) == 0
        assert top_share(pd.Series([1, 1]), 1) == 1

    @pytest.mark.parametrize("share", [-0.1, 1.1, 20])
    def test_top_share_of_an_impossible_share(self, share):
        with pytest.raises(ValueError, match="share must be from 0 to 1"):
            top_share(pd.Series([1, 2]), share)

    @pytest.mark.parametrize("call", [lorenz, gini])
    def test_negative_values_are_refused_with_rows(self, call):
        value = pd.Series([5, -3, 4, -1], index=["a", "b", "c", "d"])
        error = refused(call, value)
        assert error.rows.index.tolist() == ["b", "d"]
        assert "use whale_curve" in str(error)
        assert "2 values are below 0" in str(error)
        assert "1 value is below 0" in str(refused(call, value.head(2)))
        assert "a share of that means nothing" in str(refused(call, pd.Series([0, 0])))

    @settings(max_examples=60, deadline=None)
    @given(values=amounts)
    def test_whale_curve(self, values):
        assume(sum(values) > 0)
        curve = whale_curve(pd.Series(values))
        x = curve["customer_share"].to_numpy()
        y = curve["cumulative_profit_share"].to_numpy()
        assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
        assert (np.diff(np.diff(y)) <= 1e-9).all()  # concave
        peak = whale_peak(curve)
        winners = sum(value > 0 for value in values)
        won = sum(value for value in values if value > 0)
        assert peak.profit_share == pytest.approx(won / sum(values))
        assert peak.customer_share == pytest.approx(winners / len(values))
        assert peak.lost_share == pytest.approx(1 - sum(values) / won)

    def test_whale_of_a_firm_that_loses(self):
        error = refused(whale_curve, pd.Series([5, -9]))
        assert "add up to -4" in str(error)
        assert refused(whale_peak, pd.DataFrame({"customer_share": [1.0]})).column

    def test_fractions_end_at_exactly_one(self):
        assert lorenz(pd.Series([0.1] * 10))["value_share"].iloc[-1] == 1


class TestValueMatrix:
    def test_all_classes_and_the_cuts_themselves(self):
        index = pd.Index(["C1", "C2", "C3", "C4", "C5", "C6"])
        current = pd.Series([10, 10, 9, 9, 10, 9], index=index)
        potential = pd.Series([20, 19, 20, 19, None, None], index=index)
        label = value_matrix(current, potential, current_cut=10, potential_cut=20)
        assert label.tolist() == [
            "invest",
            "keep",
            "develop",
            "maintain",
            "unknown",
            "unknown",
        ]
        assert label.index.equals(index)

    def test_customers_are_matched_by_index_not_by_place(self):
        current = pd.Series([100, 0], index=["C1", "C2"])
        potential = pd.Series([0, 100], index=["C2", "C1"])
        label = value_matrix(current, potential, current_cut=1, potential_cut=1)
        assert label.to_dict() == {"C1": "invest", "C2": "maintain"}

    def test_nullable_integers_as_the_data_set_has_them(self):
        current = pd.Series([100, 100])
        potential = pd.Series([5, None], dtype="Int64")
        label = value_matrix(current, potential, current_cut=1, potential_cut=1)
        assert label.tolist() == ["invest", "unknown"]

    def test_nobody_is_dropped_silently(self):
        current = pd.Series([1, 2], index=["C1", "C2"])
        options = {"current_cut": 1, "potential_cut": 1}
        more = pd.Series([1, 2, 3], index=["C1", "C2", "C3"])
        error = refused(value_matrix, current, more, **options)
        assert (error.table, error.rows.index.tolist()) == ("potential", ["C3"])
        error = refused(value_matrix, more, current, **options)
        assert (error.table, error.rows.index.tolist()) == ("current", ["C3"])
        twice = pd.Series([1, 2, 3], index=["C1", "C2", "C1"])
        error = refused(value_matrix, current, twice, **options)
        assert error.rows.index.tolist() == ["C1", "C1"]
        missing = pd.Series([1, None], index=["C1", "C2"])
        error = refused(value_matrix, missing, current, **options)
        assert error.rows.index.tolist() == ["C2"]


class TestRelationship:
    table = pd.DataFrame(
        {
            "customer_id": ["C1", "C2", "C3", "C4", "C5", "C6"],
            "profit_cents": [500, 499, 500, 499, -5, 900],
            "discount_share": [0.1, 0.11, 0.11, 0.1, None, 0.0],
        },
        index=[10, 11, 12, 13, 14, 15],
    )

    def test_labels_at_the_cuts(self):
        label = relationship_or_transaction(
            self.table, margin_cut_cents=500, discount_cut=0.1
        )
        assert label.to_dict() == {
            10: "relationship",
            11: "transaction",
            12: "undecided",
            13: "undecided",
            14: "unknown",
            15: "relationship",
        }
        ranked = rank_relationship_customers(self.table, label)
        assert ranked["customer_id"].tolist() == ["C6", "C1"]
        assert ranked["place"].tolist() == [1, 2]
        assert ranked.columns[0] == "place"
        assert ranked.index.tolist() == [0, 1]

    def test_equals_share_their_lowest_place(self):
        table = pd.DataFrame(
            {"customer_id": ["C2", "C1", "C3"], "profit_cents": [5, 5, 9]}
        )
        ranked = rank_relationship_customers(table, pd.Series(["relationship"] * 3))
        assert ranked["place"].tolist() == [1, 3, 3]
        assert ranked["customer_id"].tolist() == ["C3", "C1", "C2"]

    def test_nobody_to_rank(self):
        ranked = rank_relationship_customers(
            self.table, pd.Series("transaction", index=self.table.index)
        )
        assert len(ranked) == 0

    def test_labels_of_other_rows(self):
        error = refused(
            rank_relationship_customers, self.table, pd.Series(["relationship"] * 6)
        )
        assert error.table == "label"

    def test_missing_profit(self):
        table = self.table.assign(profit_cents=[1.0, None, 1, 1, 1, 1])
        error = refused(
            relationship_or_transaction, table, margin_cut_cents=1, discount_cut=1
        )
        assert error.rows.index.tolist() == [11]


class TestMarketingTypes:
    @settings(max_examples=60, deadline=None)
    @given(marks=st.lists(st.integers(1, 5), min_size=4, max_size=4))
    def test_of_one_person(self, marks):
        asked = ["price", "person", "convenience", "responsibility"]
        row = {"customer_id": "C1"} | dict(zip(asked, marks, strict=True))
        answer = marketing_types(pd.DataFrame([row])).iloc[0]
        kinds = ["economic", "individual", "convenience", "moral"]
        assert [answer[kind] for kind in kinds] == [m - sum(marks) / 4 for m in marks]
        top = [k for k, m in zip(kinds, marks, strict=True) if m == max(marks)]
        assert answer["marketing_type"] == (top[0] if len(top) == 1 else "undecided")

    def test_the_answer_is_numbered_anew_with_the_customer_in_front(self):
        asked = ["price", "person", "convenience", "responsibility"]
        survey = pd.DataFrame({"customer_id": ["C2", "C1"]}, index=[7, 3]).assign(
            **dict.fromkeys(asked, 3)
        )
        table = marketing_types(survey)
        assert table.columns[0] == "customer_id"
        assert table.index.tolist() == [0, 1]
        assert table["customer_id"].tolist() == ["C2", "C1"]

    def test_survey_errors(self):
        survey = pd.DataFrame(
            {
                "customer_id": ["C1", "C2", "C1"],
                "price": [1, 2, 3],
                "person": [1, 2, 3],
                "convenience": [1, 2, 3],
                "responsibility": [1, 2, 3],
            }
        )
        assert refused(marketing_types, survey).rows.index.tolist() == [0, 2]
        holes = survey.assign(
            customer_id=["C1", "C2", "C3"],
            person=pd.array([1, None, 3], dtype="Int64"),
        )
        error = refused(marketing_types, holes)
        assert (error.column, error.rows.index.tolist()) == ("person", [1])

    def test_behaviour_by_hand(self):
        orders = pd.DataFrame(
            {
                "customer_id": ["C2", "C1", "C1", "C1", "C1"],
                "channel": ["web", "visit", "phone", "shop", "web"],
                "is_certified": [True, True, False, False, False],
                "list_cents": [100, 300, 100, 0, 0],
                "discount_cents": [0, 100, 0, 0, 0],
            }
        )
        table = marketing_types_from_behaviour(orders)
        assert table["customer_id"].tolist() == ["C1", "C2"]
        assert table["n_orders"].tolist() == [4, 1]
        # Of two customers one is a standard deviation above, the other below.
        for kind, sign in (
            ("economic", 1),
            ("individual", 1),
            ("convenience", -1),
            ("moral", -1),
        ):
            assert table[kind].tolist() == pytest.approx([sign, -sign])
        assert table["marketing_type"].tolist() == ["undecided", "undecided"]

    def test_economic_is_the_share_of_the_list_price_saved(self):
        orders = pd.DataFrame(
            {
                "customer_id": pd.Categorical(
                    ["C1", "C1", "C2", "C3", "C4"], ["C1", "C2", "C3", "C4", "C9"]
                ),
                "channel": "shop",
                "is_certified": False,
                "list_cents": [300, 100, 1, 0, 1000],
                "discount_cents": [80, 0, 1, 0, 600],
            }
        )
        table = marketing_types_from_behaviour(orders)
        assert list(table.columns[:2]) == ["customer_id", "n_orders"]
        assert table["customer_id"].tolist() == ["C1", "C2", "C3", "C4"]
        saved = pd.Series([0.2, 1.0, 0.0, 0.6])  # C3 paid and saved nothing
        expected = (saved - saved.mean()) / saved.std(ddof=0)
        assert table["economic"].tolist() == pytest.approx(expected.tolist())
        # Nobody else stands out, so whoever saves more than the mean is economic.
        assert table["marketing_type"].tolist() == [
            "undecided",
            "economic",
            "undecided",
            "economic",
        ]

    def test_all_alike_are_undecided(self):
        orders = pd.DataFrame(
            {
                "customer_id": ["C1", "C2", "C3"],
                "channel": "shop",
                "is_certified": False,
                "list_cents": 100,
                "discount_cents": 10,
            }
        )
        table = marketing_types_from_behaviour(orders)
        assert (table[["economic", "individual", "convenience", "moral"]] == 0).all(
            axis=None
        )
        assert set(table["marketing_type"]) == {"undecided"}


class TestMan:
    @pytest.mark.parametrize(
        ("letters", "advice"),
        [
            ("MAN", "sell now"),
            ("MAn", "as soon as a need appears"),
            ("MaN", "find who decides"),
            ("mAN", "finance according to credit"),
            ("maN", "observe until ready"),
            ("mAn", "follow, observe"),
            ("Man", "follow, observe, grow"),
            ("man", "let go"),
        ],
    )
    def test_the_course_table(self, letters, advice):
        has = [pd.Series([letter.isupper()], index=["C9"]) for letter in letters]
        (row,) = man(*has).itertuples()
        assert (row.Index, row.man_class) == ("C9", letters)
        assert row.advice.endswith(advice)
        assert row.source == ("by analogy" if letters == "mAn" else "course")

    def test_the_classes_are_all_combinations_once(self):
        classes = man_classes()
        assert len(classes) == 8
        made = man(classes["money"], classes["authority"], classes["need"])
        pd.testing.assert_series_equal(made["man_class"], classes["man_class"])
        assert made["advice"].tolist() == classes["advice"].tolist()
        assert classes["man_class"].is_unique

    def test_the_table_cannot_be_spoilt(self):
        table = man_classes()
        table["advice"] = "spoilt"
        assert "spoilt" not in set(man_classes()["advice"])

    def test_prospects_are_matched_by_index(self):
        yes_no = pd.Series([True, False], index=["C1", "C2"])
        table = man(yes_no, yes_no[::-1], ~yes_no)
        assert table["man_class"].to_dict() == {"C1": "MAn", "C2": "maN"}

    def test_nullable_truth_and_an_empty_table(self):
        answer = pd.Series([True, False], dtype="boolean")
        assert man(answer, answer, answer)["man_class"].tolist() == ["MAN", "man"]
        none = pd.Series([], dtype="bool")
        assert man(none, none, none).columns.tolist() == [
            "man_class",
            "advice",
            "source",
        ]

    def test_what_is_not_true_or_false(self):
        yes = pd.Series([True, True])
        holes = pd.Series([True, None], dtype="boolean")
        for place, name in enumerate(("money", "authority", "need")):
            parts = [yes, yes, yes]
            parts[place] = holes
            error = refused(man, *parts)
            assert (error.table, error.rows.index.tolist()) == (name, [1])
            parts[place] = pd.Series([1, 0])
            assert refused(man, *parts).table == name
        assert refused(man, yes, yes.head(1), yes).table == "money"


def table_of(counts: list[list[int]]) -> tuple[pd.Series, pd.Series]:
    """Return two lists of segments whose cross table has these counts."""
    pairs = [
        (f"s{row}", f"s{column}")
        for row, line in enumerate(counts)
        for column, n in enumerate(line)
        for _ in range(n)
    ]
    return pd.Series([p[0] for p in pairs]), pd.Series([p[1] for p in pairs])


segments = st.lists(st.tuples(*[st.sampled_from("abc")] * 2), min_size=2, max_size=25)


class TestStability:
    # Two worked examples found in many texts on Cohen's kappa; both measures were
    # compared with scikit-learn 1.9, cohen_kappa_score and adjusted_rand_score.
    @pytest.mark.parametrize(
        ("counts", "stayed", "kappa", "rand"),
        [
            ([[45, 15], [25, 15]], 0.60, 0.1304348, 0.0258303),
            ([[25, 35], [5, 35]], 0.60, 0.2592593, 0.0258303),
            ([[2, 2, 0], [0, 4, 0], [1, 0, 3]], 0.75, 0.6250000, 0.3828383),
        ],
    )
    def test_against_another_library(self, counts, stayed, kappa, rand):
        found = stability(*table_of(counts))
        assert found.transitions.to_numpy().tolist() == counts
        assert found.stayed == pytest.approx(stayed)
        assert found.kappa == pytest.approx(kappa, abs=5e-8)
        assert found.adjusted_rand == pytest.approx(rand, abs=5e-8)

    @settings(max_examples=60, deadline=None)
    @given(pairs=segments)
    def test_equals_loops_over_customers_and_pairs(self, pairs):
        n = len(pairs)
        before, after = (pd.Series([pair[i] for pair in pairs]) for i in (0, 1))
        found = stability(before, after)
        assert found.n_customers == n == found.transitions.to_numpy().sum()
        assert (found.n_gone, found.n_new) == (0, 0)
        agree = sum(a == b for a, b in pairs) / n
        assert found.stayed == pytest.approx(agree)
        by_chance = sum(a == b for a in before for b in after) / n**2
        if by_chance == 1:
            assert math.isnan(found.kappa)
        else:
            expected = (agree - by_chance) / (1 - by_chance)
            assert found.kappa == pytest.approx(expected, abs=1e-12)
        pairs_of = [(i, j) for i in range(n) for j in range(i)]
        first = {(i, j) for i, j in pairs_of if before[i] == before[j]}
        second = {(i, j) for i, j in pairs_of if after[i] == after[j]}
        luck = len(first) * len(second) / len(pairs_of)
        most = (len(first) + len(second)) / 2
        if most == luck:
            assert found.adjusted_rand == 1
        else:
            expected = (len(first & second) - luck) / (most - luck)
            assert found.adjusted_rand == pytest.approx(expected, abs=1e-12)

    @settings(max_examples=30, deadline=None)
    @given(pairs=segments)
    def test_names_and_order_of_customers_play_no_part_in_pairs(self, pairs):
        before, after = (pd.Series([pair[i] for pair in pairs]) for i in (0, 1))
        found = stability(before, after)
        renamed = stability(before, after.map({"a": "z", "b": "x", "c": "y"})[::-1])
        assert renamed.adjusted_rand == pytest.approx(found.adjusted_rand)
        assert stability(after, before).kappa == pytest.approx(found.kappa, nan_ok=True)

    def test_come_and_gone(self):
        before = pd.Series(["a", "b", "a"], index=["C1", "C2", "C3"])
        after = pd.Series(["b", "a", "b", "b"], index=["C3", "C1", "C8", "C9"])
        found = stability(before, after)
        assert (found.n_customers, found.n_gone, found.n_new) == (2, 1, 2)
        assert found.stayed == 0.5
        assert found.transitions.loc["a"].to_dict() == {"a": 1, "b": 1}
        assert found.shares.loc["a"].tolist() == [0.5, 0.5]
        assert found.shares.loc["b"].isna().all()
        one = stability(before, pd.Series(["b"], index=["C3"])).shares
        assert one.loc["a"].tolist() == [0, 1]

    def test_tiers_keep_their_order(self):
        index = pd.Index([f"C{i}" for i in range(20)])
        value = pd.Series(range(20), index=index)
        tiers = pyramid_tiers(value)
        found = stability(tiers, tiers)
        assert list(found.transitions.index) == ["key", "growth", "regular"]
        assert (found.stayed, found.kappa, found.adjusted_rand) == (1, 1, 1)
        assert np.diag(found.transitions).tolist() == [1, 3, 16]
        mixed = stability(tiers, tiers.astype(str))
        assert list(mixed.transitions.index) == ["growth", "key", "regular"]

    def test_one_customer_or_one_segment(self):
        alone = stability(pd.Series(["a"]), pd.Series(["a"]))
        assert math.isnan(alone.kappa)
        assert (alone.stayed, alone.adjusted_rand) == (1, 1)
        moved = stability(pd.Series(["a", "a"]), pd.Series(["b", "b"]))
        assert (moved.stayed, moved.kappa, moved.adjusted_rand) == (0, 0, 1)

    def test_errors(self):
        named = pd.Series(["a", "b"], index=["C1", "C2"])
        error = refused(stability, named, named.rename({"C1": "C3", "C2": "C4"}))
        assert "no customer is in both" in str(error)
        twice = pd.Series(["a", "b"], index=["C1", "C1"])
        error = refused(stability, named, twice)
        assert (error.table, len(error.rows)) == ("after", 2)
        assert refused(stability, twice, named).table == "before"
        error = refused(stability, pd.Series(["a", None]), named)
        assert (error.table, error.rows.index.tolist()) == ("before", [1])
        assert refused(stability, named, named.head(0)).table == "after"

    def test_it_shows_itself(self):
        found = stability(*table_of([[2, 2, 0], [0, 4, 0], [1, 0, 3]]))
        assert isinstance(found, Stability)
        assert str(found) == repr(found)
        assert str(found) == (
            "Of 12 customers seen twice 75 % stayed in their segment (kappa 0.62, "
            "adjusted Rand index 0.38); 0 had gone and 0 were new."
        )
        lines = found._repr_markdown_().splitlines()
        assert lines[0] == str(found)
        assert lines[2] == "| before | s0 | s1 | s2 |"
        assert lines[4] == "| s0 | 2 | 2 | 0 |"

    def test_inputs_are_not_changed(self):
        before, after = table_of([[1, 2], [3, 4]])
        copies = before.copy(deep=True), after.copy(deep=True)
        stability(before, after)
        pd.testing.assert_series_equal(before, copies[0])
        pd.testing.assert_series_equal(after, copies[1])


class TestCriteria:
    segment = pd.Series(["key", "key", "regular", "regular", "regular"])

    def test_measurable(self):
        table = pd.DataFrame({"age": [1, 2, 3, None], "income": [None, None, 1, 1]})
        verdict = measurable(table, ["age", "income"], at_least=0.75)
        assert not verdict.holds
        assert (verdict.value, verdict.threshold) == (0.5, 0.75)
        assert verdict.table["holds"].tolist() == [True, False]
        assert "income (50 %)" in verdict.sentence
        assert "age" not in verdict.sentence
        assert measurable(table, "age", at_least=0.75).holds
        third = measurable(table.head(3), ["income"])
        assert "income (33.3 %)" in third.sentence
        assert refused(measurable, table, ["wage"]).column == "wage"
        assert "no customers" in str(refused(measurable, table.head(0), ["age"]))
        with pytest.raises(ValueError, match="columns is empty"):
            measurable(table, [])
        with pytest.raises(ValueError, match="at_least must be from 0 to 1"):
            measurable(table, ["age"], at_least=80)

    def test_accessible(self):
        reachable = pd.Series([True, False, True, True, False])
        verdict = accessible(self.segment, reachable, at_least=0.6)
        assert verdict.table["share_reachable"].tolist() == [0.5, pytest.approx(2 / 3)]
        assert verdict.table["holds"].tolist() == [False, True]
        assert not verdict.holds
        assert "key (50 %)" in verdict.sentence
        assert accessible(self.segment, reachable, at_least=0.5).holds
        error = refused(accessible, self.segment, pd.Series([1, 0, 1, 1, 0]))
        assert error.table == "reachable"
        error = refused(accessible, self.segment, reachable.head(4))
        assert (error.table, error.rows.index.tolist()) == ("segment", [4])
        holes = self.segment.where(self.segment.index != 2)
        assert refused(accessible, holes, reachable).rows.index.tolist() == [2]

    def test_profitable(self):
        earned = pd.Series([100, 50, 30, -10, 30])
        verdict = profitable(
            self.segment, earned, cost_cents={"key": 100, "regular": 50}
        )
        assert verdict.table["net_cents"].tolist() == [50, 0]
        assert verdict.table["holds"].tolist() == [True, False]  # 0 earns nothing
        assert (verdict.value, verdict.threshold) == (0, 0)
        assert "regular (0.00 yuan)" in verdict.sentence
        happy = profitable(self.segment, earned, cost_cents=49)
        assert happy.holds
        assert "0.01 yuan (regular)" in happy.sentence
        dear = profitable(self.segment, earned * 10_000, cost_cents=12_345)
        assert "is 4,876.55 yuan (regular)" in dear.sentence
        with pytest.raises(ValueError, match="no entry for: regular"):
            profitable(self.segment, earned, cost_cents={"key": 1})
        error = refused(profitable, self.segment, pd.Series([1.0, None, 1, 1, 1]))
        assert error.rows.index.tolist() == [1]

    def test_segments_may_be_an_ordered_category(self):
        value = pd.Series([100, 10, 9, 8, 7, 6, 5, 4, 3, 2])
        verdict = profitable(pyramid_tiers(value), value)
        assert verdict.table["segment"].tolist() == ["key", "growth", "regular"]
        assert verdict.holds
        few = value.head(1)
        assert len(profitable(pyramid_tiers(few), few).table) == 1
        reached = accessible(pyramid_tiers(few), few > 0).table
        assert reached["segment"].tolist() == ["regular"]
        both = pd.Series([True, False], index=["a", "b"])
        same = pd.Series([5, 5], index=both.index)
        assert len(responsive(pyramid_tiers(same), both, both).table) == 1

    def test_responsive(self):
        segment = pd.Series(["a"] * 150 + ["b"] * 20)
        treated = pd.Series([True] * 70 + [False] * 80 + [True] * 10 + [False] * 10)
        outcome = pd.Series(
            [n < 56 for n in range(70)] + [n < 48 for n in range(80)] + [False] * 20
        )
        verdict = responsive(segment, treated, outcome)
        assert verdict.table["difference"].tolist() == pytest.approx([0.2, 0])
        assert verdict.table["holds"].tolist() == [True, False]
        assert not verdict.holds
        assert verdict.value == pytest.approx(-0.2775, abs=5e-5)
        assert verdict.threshold == 0
        assert "b (-27.8 to 27.8)" in verdict.sentence
        first = segment == "a"
        alone = responsive(segment[first], treated[first], outcome[first])
        assert alone.holds
        assert "by at least 5.2 percentage points, 95 % interval" in alone.sentence
        strict = responsive(
            segment[first], treated[first], outcome[first], confidence=0.999
        )
        assert not strict.holds
        error = refused(responsive, segment, pd.Series([True] * 170), outcome)
        assert "segment 'a' has 150 treated and 0 in control" in str(error)

    def test_a_verdict_shows_itself(self):
        earned = pd.Series([1_000_00, 0, 250_00, 0, 0])
        verdict = profitable(self.segment, earned)
        assert isinstance(verdict, Verdict)
        assert str(verdict) == repr(verdict)
        assert str(verdict).startswith("Profitable: holds. Every segment earns")
        lines = verdict._repr_markdown_().splitlines()
        assert lines[0].startswith("**Profitable: holds.** Every segment")
        assert lines[2].startswith("| segment | n_customers |")
        assert lines[4] == "| key | 2 | 100,000 | 0 | 100,000 | yes |"
        half = accessible(self.segment, earned > 0)._repr_markdown_().splitlines()
        assert half[4:] == [
            "| key | 2 | 1 | 0.500 | yes |",
            "| regular | 3 | 1 | 0.333 | no |",
        ]


class TestNewcombe:
    # The counts of Newcombe 1998, table II. The limits were compared with statsmodels
    # 0.15, confint_proportions_2indep(method="newcomb", compare="diff"): equal to the
    # six decimals looked at, of which four stand here.
    published = (
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0000)),
        ((10, 10, 0, 10), (0.6075, 1.0000)),
    )

    @pytest.mark.parametrize(("counts", "limits"), published)
    def test_published_intervals(self, counts, limits):
        assert newcombe_interval(*counts) == pytest.approx(limits, abs=5e-5)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(1, 40), st.integers(1, 40), st.data())
    def test_laws(self, n, other_n, data):
        hits = data.draw(st.integers(0, n))
        other_hits = data.draw(st.integers(0, other_n))
        low, high = newcombe_interval(hits, n, other_hits, other_n)
        assert -1 <= low <= hits / n - other_hits / other_n <= high <= 1
        turned = newcombe_interval(other_hits, other_n, hits, n)
        assert turned == pytest.approx((-high, -low))
        wide = newcombe_interval(hits, n, other_hits, other_n, confidence=0.99)
        assert wide[0] <= low
        assert high <= wide[1]

    @pytest.mark.parametrize(
        "counts", [(1, 0, 1, 2), (3, 2, 1, 2), (-1, 2, 1, 2), (1, 2, 0, 0)]
    )
    def test_impossible_counts(self, counts):
        with pytest.raises(ValueError, match="a group needs at least one customer"):
            newcombe_interval(*counts)

    @pytest.mark.parametrize("confidence", [0, 1, 95])
    def test_impossible_confidence(self, confidence):
        with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
            newcombe_interval(1, 2, 1, 2, confidence=confidence)


class TestOnTheCompany:
    """What was planted in the running company's data is found again."""

    def test_profit_adds_up(self, books):
        orders, costs, _ = books
        table = profit(orders, costs, as_of="2025-12-31")
        assert table["profit_cents"].sum() == (
            orders["amount_cents"].sum()
            - orders["goods_cost_cents"].sum()
            - costs["cost_cents"].sum()
        )
        assert set(table["customer_id"]) == {
            *orders["customer_id"],
            *costs["customer_id"],
        }

    def test_the_survey_finds_most_types(self, books):
        found = marketing_types(datasets.load("company/value_survey"))
        both = found.merge(books[2], on="customer_id", suffixes=("", "_true"))
        decided = both[both["marketing_type"] != "undecided"]
        right = decided["marketing_type"] == decided["marketing_type_true"]
        assert right.mean() > 0.6  # by chance: 0.25

    def test_behaviour_finds_types_better_than_chance(self, books):
        found = marketing_types_from_behaviour(books[0])
        both = found.merge(books[2], on="customer_id", suffixes=("", "_true"))
        right = both["marketing_type"] == both["marketing_type_true"]
        assert right.mean() > 0.5
        often = both["n_orders"] >= 10
        assert right[often].mean() > right[~often].mean()

    def test_customers_drawn_to_cost_much_are_on_the_way_down_the_whale(self, books):
        orders, costs, truth = books
        table = profit(orders, costs, as_of="2025-12-31").merge(truth, on="customer_id")
        loses = table["profit_cents"] < 0
        drawn = table["high_maintenance"]
        assert loses[drawn].mean() > 0.5 > loses[~drawn].mean()

    def test_the_trial_finds_who_answers_to_coupons(self, books):
        trial = datasets.load("company/coupon_trial").merge(books[2], on="customer_id")
        table = responsive(
            trial["marketing_type"],
            trial["sent"],
            trial["bought_within_30_days"],
            confidence=0.999,  # four intervals, all of which must hold the truth
        ).table.set_index("segment")
        planted = trial.groupby("marketing_type")["coupon_effect_percent"].mean() / 100
        assert table["difference"].idxmax() == planted.idxmax() == "economic"
        assert (table["low"] <= planted).all()
        assert (planted <= table["high"]).all()


@pytest.fixture(scope="module")
def books() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Orders, service costs and the truth about the customers."""
    return (
        datasets.load("company/orders"),
        datasets.load("company/service_costs"),
        datasets.truth("company/customers"),
    )


def test_letting_go_is_what_a_loop_over_the_customers_finds() -> None:
    rng = np.random.default_rng(7)
    names = [f"C{i}" for i in range(40)]
    profit = pd.Series(rng.integers(-900, 900, 40), index=names)
    margin = pd.Series(rng.integers(0, 500, 25), index=rng.permutation(names)[:25])
    saved = pd.Series(rng.integers(0, 500, 30), index=rng.permutation(names)[:30])

    table = letting_go(profit, margin, saved)

    promised = happened = 0
    for n, name in enumerate(sorted(names, key=lambda c: profit[c]), start=1):
        promised -= profit[name]
        happened += saved.get(name, 0) - margin.get(name, 0)
        row = table.iloc[n - 1]
        assert row["customer_id"] == name
        assert row["customer_share"] == n / 40
        assert (row["promised_cents"], row["happened_cents"]) == (promised, happened)
    assert table["promised_cents"].iloc[-1] == -profit.sum()


def test_letting_go_wants_each_customer_once() -> None:
    profit = pd.Series([1, 2], index=["C1", "C2"])
    twice = pd.Series([5, 6], index=["C1", "C1"])
    with pytest.raises(ContractError, match="more than one row") as caught:
        letting_go(profit, twice, profit)
    assert len(caught.value.rows) == 2


def test_letting_go_with_nobody_next_year_gains_nothing() -> None:
    profit = pd.Series([-5, 9], index=["C1", "C2"])
    nobody = pd.Series([], dtype="int64")
    table = letting_go(profit, nobody, nobody)
    assert table["happened_cents"].tolist() == [0, 0]
