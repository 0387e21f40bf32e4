"""The graded notebook on the card: every answer gets its exact points."""

from __future__ import annotations

import re
from typing import ClassVar

import common
import pandas as pd
from bank import runner

from course.generator import hotel_diary
from crmlib import datasets


class TestTheCard(common.GradedNotebook):
    notebook = "oriental_hotel/4_the_card"
    questions: ClassVar = {
        "came-back": 3,
        "effect": 4,
        "effect-by-group": 1,
        "break-even": 1,
        "verdict": 1,
        "worth": 2,
        "post-on": 2,
        "choose": 3,
    }
    draws = (hotel_diary.make,)
    secrets = ("compares two kinds of guest", "no such man")

    def test_step_1_is_worked_as_the_reference_works_it(self, space):
        people = space["trial"].rename(columns={"birthday_on": "start_on"})
        mine = space["came_back"](people, space["stays"]).set_index("guest_id")
        worked = space["outcomes"].set_index("guest_id").loc[mine.index]
        assert (mine["returned"] == worked["returned"]).all()
        assert (mine["margin_cents"] == worked["margin_cents"]).all()

    def test_the_list_of_the_trial_is_made_by_the_rule_of_the_text(self, space):
        """All with a stay and a birthday told, but for no_mail and two guests."""
        guests, stays = space["guests"], space["stays"]
        begun = stays.loc[stays["arrived_on"] <= "2026-12-31", "guest_id"]
        listed = guests[guests["guest_id"].isin(begun) & guests["born_on"].notna()]
        listed = set(listed.loc[~listed["no_mail"], "guest_id"])
        left_out = listed - set(space["trial"]["guest_id"])
        assert set(space["trial"]["guest_id"]) < listed
        assert left_out == {"G00417", "G00211"}
        assert hotel_diary.MR_YU == space["mr_yu"] == "G00417"

    def test_nobody_in_the_trial_came_at_the_end_of_the_365_days(self, space):
        both = space["trial"].merge(space["stays"], on="guest_id")
        days = (both["arrived_on"] - both["birthday_on"]).dt.days
        assert not days.isin([364, 365]).any()

    def test_the_intervals_hold_the_effects_that_were_planted(self, space):
        truth = datasets.truth("hotel_diary/card_trial")
        truth = truth.merge(datasets.load("hotel_diary/card_trial"))
        effect = truth["returns_with"].astype(int) - truth["returns_without"]
        true = effect.groupby(truth["group"]).mean()
        for line in space["by_group"].itertuples():
            assert line.low < true[line.group] < line.high
        whole = space["effect"](space["outcomes"])
        assert whole["low"] < effect.mean() < whole["high"]
        # The comparison that misleads is far from anything that a card does.
        misleading = space["effect"](space["sending"])
        assert misleading["low"] > 5 * true.max()

    def test_the_interval_covers_the_truth_19_times_in_20(self, space):
        """A property of the method: many coins on the same guests."""
        truth = datasets.truth("hotel_diary/card_trial")
        true = (truth["returns_with"].astype(int) - truth["returns_without"]).mean()
        covered = []
        for n in range(200):
            coin = truth.sample(frac=0.5, random_state=n).index
            has_card = truth.index.isin(coin)
            arm = pd.Series(has_card).map({True: "card", False: "no card"})
            back = truth["returns_with"].where(has_card, truth["returns_without"])
            found = space["effect"](pd.DataFrame({"arm": arm, "returned": back}))
            covered.append(found["low"] < true < found["high"])
        assert sum(covered) >= 180

    def test_leaving_out_the_undelivered_makes_the_card_look_better(self, space):
        outcomes = space["outcomes"]
        kept = space["effect"](outcomes[~outcomes["undelivered"]])
        assert kept["effect"] > space["effect"](outcomes)["effect"]

    def test_mr_yu_is_written_to_on_the_day_of_the_story(self, space):
        letters = space["letters"].set_index("guest_id")["post_on"]
        cards = datasets.load("hotel_diary/cards").set_index("guest_id")
        sent_on = cards.loc[hotel_diary.MR_YU, "sent_on"]
        assert letters[hotel_diary.MR_YU] == sent_on == pd.Timestamp("2029-04-10")
        guests = datasets.load("hotel_diary/guests").set_index("guest_id")
        assert not guests.loc[letters.index, "no_mail"].any()
        assert len(letters) == 100

    def test_the_sample_answer_quotes_the_tables(self, space):
        sample = runner.sources(self.solution)["explain"]
        quoted = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", sample)]
        early = space["effect"](space["sending"])
        by_group = space["by_group"].set_index("group")
        regular, away = by_group.loc["regular"], by_group.loc["away"]
        gain = space["paying"].set_index("group")["gain_cents"]
        for share, places in (
            (early["share_card"], 0),
            (early["share_none"], 0),
            (early["effect"], 0),
            (regular["share_card"], 0),
            (regular["share_none"], 0),
            (regular["effect"], 1),
            (-regular["low"], 1),
            (regular["high"], 1),
            (away["low"], 1),
            (away["high"], 1),
            (away["share_card"], 0),
            (away["share_none"], 0),
        ):
            assert round(100 * float(share), places) in quoted
        assert round(gain["away"] / 100) in quoted
        verdicts = dict(space["paying"][["group", "verdict"]].to_numpy())
        assert verdicts == {"away": "pays", "recent": "open", "regular": "open"}
        text = self.solution.read_text(encoding="utf-8")
        assert "seven times as likely" in text
        assert round(early["share_card"] / early["share_none"]) == 7
