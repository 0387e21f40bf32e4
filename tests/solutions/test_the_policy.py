"""The rule for the Oriental Hotel: points by score, on guests nobody has seen."""

from __future__ import annotations

from typing import ClassVar

import common


class TestThePolicy(common.GradedNotebook):
    notebook = "oriental_hotel/5_the_policy"
    questions: ClassVar = {
        "where-it-went": 3,
        "due": 4,
        "break-even": 2,
        "my-policy": 7,
    }
    by_score = ("my-policy",)
    hidden_only = (
        *common.FOUND_BY_HIDDEN_TESTS_ONLY,
        # In a learner's own process the truth is there to be found.
        "wrong_looks_behind_the_view",
        "wrong_looks_for_a_seed",
    )
