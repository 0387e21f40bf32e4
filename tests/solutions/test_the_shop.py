"""The rice shop's rule: points by score, on streets nobody has seen."""

from __future__ import annotations

from typing import ClassVar

import common


class TestTheShop(common.GradedNotebook):
    notebook = "wang_yongqing/6_the_shop"
    questions: ClassVar = {
        "where-it-went": 3,
        "to-ask": 3,
        "which-is-better": 2,
        "my-rule": 6,
    }
    by_score = ("my-rule",)
    hidden_only = (
        *common.FOUND_BY_HIDDEN_TESTS_ONLY,
        # In a learner's own process the truth is there to be found.
        "wrong_looks_behind_the_view",
    )
