"""Collect customer information: join sources, find the same customer, keep the rules.

The chain of the course's first problem, that information is scattered over people and
departments: `stack` the exports under common names, `match` the rows that are one
customer, score the match against the truth (`pair_scores`), `merge` the rows with the
provenance of every field, and look at what came out (`completeness`, `freshness`,
`consistency`). A `FieldRegister` then says which use of a field its purpose allows,
and blocks the others.

Plain pandas. A *record* is a row with a ``row_id`` that is unique over all sources.
What identifies a customer is compared in a normal form (`normalise_name`,
`normalise_phone`, `normalise_email`, `normalise_address`); the tables keep what was
written.

Sources: the chain of blocking, comparison and decision is that of Fellegi and Sunter
(1969), *A Theory for Record Linkage*; points stand for their log-likelihood weights.
"""

from __future__ import annotations

from crmlib.collection._match import (
    POINTS,
    Match,
    PairScores,
    exact_join,
    match,
    pair_scores,
)
from crmlib.collection._merge import Merged, merge
from crmlib.collection._normal import (
    name_key,
    normalise_address,
    normalise_email,
    normalise_name,
    normalise_phone,
)
from crmlib.collection._quality import completeness, consistency, freshness
from crmlib.collection._register import Decision, Erasure, FieldRegister, UseRefused
from crmlib.collection._tables import FIELDS, stack

__all__ = [
    "FIELDS",
    "POINTS",
    "Decision",
    "Erasure",
    "FieldRegister",
    "Match",
    "Merged",
    "PairScores",
    "UseRefused",
    "completeness",
    "consistency",
    "exact_join",
    "freshness",
    "match",
    "merge",
    "name_key",
    "normalise_address",
    "normalise_email",
    "normalise_name",
    "normalise_phone",
    "pair_scores",
    "stack",
]
