"""The exports, the survey and the pizza call are what their cards say."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from course.generator import contacts, schema
from crmlib import datasets
from crmlib.collection import exact_join, pair_scores

DATA = Path(__file__).resolve().parents[2] / "datasets"
COLUMNS = {
    "marketing": {"full_name": "name", "mobile": "phone"},
    "sales": {"name": "name", "phone": "phone"},
    "service": {"caller": "name", "callback_number": "phone"},
    "fair": {"card_name": "name", "card_phone": "phone"},
}


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return contacts.make(contacts.SEED)


@pytest.fixture(scope="module")
def rows(made) -> pd.DataFrame:
    """All rows of the four exports with what was planted, as sets."""
    parts = [
        made[f"exports/{source}"][["row_id", *names]].rename(columns=names)
        for source, names in COLUMNS.items()
    ]
    table = pd.concat(parts).merge(made["truth/exports/rows"])
    table["planted"] = table["planted"].fillna("").str.split(";").map(set)
    return table


@pytest.mark.parametrize("resource", contacts.RESOURCES, ids=lambda r: r["path"])
def test_the_files_are_the_generators(made, resource):
    prefix = "truth/" if resource["is_truth"] else ""
    table = made[prefix + resource["path"].removesuffix(".csv")]
    committed = (DATA / prefix / resource["path"]).read_text(encoding="utf-8")
    assert committed == schema.as_csv(table, resource)


@pytest.mark.parametrize(
    "name",
    [
        *(f"exports/{source}" for source in COLUMNS),
        "survey/population",
        "survey/contacts",
        "pizza/fields",
        "pizza/uses",
    ],
)
def test_tables_keep_their_schema_and_foreign_keys(name):
    datasets.check(datasets.load(name), name)


def test_truth_tables_keep_their_schema():
    for name in ("exports/rows", "exports/people", "survey/population", "pizza/uses"):
        assert len(datasets.truth(name))


def test_another_seed_makes_other_people_and_the_same_customers():
    other = contacts.make(1)
    known = set(datasets.load("company/customers")["customer_id"])
    people = other["truth/exports/people"]
    assert set(people["customer_id"].dropna()) <= known
    assert not people["phone"].equals(datasets.truth("exports/people")["phone"])


# ------------------------------------------------------------------ the four exports


def test_people_are_as_many_as_the_card_says(made):
    people = made["truth/exports/people"]
    assert people["kind"].value_counts().to_dict() == {
        "private": 1170,
        "contact": 140,
        "partner": 130,
        "visitor": 60,
    }
    assert people["firm"].nunique() == pytest.approx(75, abs=10)
    twice = people[people["kind"] == "private"]["customer_id"].duplicated()
    assert not twice.any()


def test_everybody_is_somewhere_and_every_row_is_somebodys(made, rows):
    assert set(rows["person_id"]) == set(made["truth/exports/people"]["person_id"])
    assert len(rows) == len(made["truth/exports/rows"])


def test_names_collide_more_in_letters_than_in_characters(made):
    people = made["truth/exports/people"]

    def pairs(names: pd.Series) -> int:
        sizes = names.value_counts()
        return int((sizes * (sizes - 1) // 2).sum())

    assert pairs(people["name_latin"]) > 2 * pairs(people["name_zh"]) > 50


# What the card says, chance for each row; in the order of the sources.
CARD = {
    "latin_name": (0.12, 0.06, 0.18, 0.40),
    "title": (0, 0.03, 0.15, 0.04),
    "wrong_name": (0.015, 0.015, 0.04, 0.015),
    "no_name": (0, 0, 0.02, 0),
    "wrong_phone": (0.01, 0.01, 0.03, 0.01),
    "no_phone": (0.02, 0.04, 0.01, 0.05),
    "no_address": (0, 0.06, 0.20, 0.25),
    "no_email": (0.06, 0, 0, 0.25),
}


@pytest.mark.parametrize("planted", CARD)
def test_errors_are_as_frequent_as_the_card_says(rows, planted):
    for source, rate in zip(contacts.SOURCES, CARD[planted], strict=True):
        own = rows[rows["source"] == source]
        share = own["planted"].map(lambda words: planted in words).mean()
        # Four standard errors of a share.
        allowed = 4 * (rate * (1 - rate) / len(own)) ** 0.5
        assert share == pytest.approx(rate, abs=allowed + 1e-9), source


def test_what_is_said_to_be_missing_is_missing(rows):
    for column, word in (("name", "no_name"), ("phone", "no_phone")):
        said = rows["planted"].map(lambda words, word=word: word in words)
        assert (rows[column].isna() == said).all()


def test_a_clean_row_shows_the_persons_own_name_and_number(made, rows):
    people = made["truth/exports/people"]
    clean = rows[rows["planted"].map(lambda words: words <= {"", "no_address"})]
    clean = clean.merge(people, on="person_id", suffixes=("", "_true"))
    assert len(clean) > 1000
    assert (clean["name"] == clean["name_zh"]).all()
    # Plain ASCII digits: other ways of writing are for normalise_phone to undo.
    plain = clean[clean["phone"].str.fullmatch("1[0-9]{10}", na=False)]
    assert len(plain) > 1000
    assert (plain["phone"] == plain["phone_true"]).all()


def test_an_exact_join_is_not_enough(rows):
    scores = pair_scores(exact_join(rows[["row_id", "name", "phone"]]), rows)
    assert 0.2 < scores.f1 < 0.7
    assert scores.precision > 0.95  # what it finds is right; it finds too little


# ------------------------------------------------------------------ the survey


def test_the_lots_are_as_large_as_the_card_says():
    contacted = datasets.load("survey/contacts")
    assert contacted["method"].value_counts().to_dict() == {
        "questionnaire": 1200,
        "telephone": 480,
        "visit": 160,
    }
    assert not contacted.duplicated(["customer_id", "method"]).any()


def test_an_answer_is_there_exactly_when_it_was_given():
    contacted = datasets.load("survey/contacts")
    assert (contacted["satisfaction"].notna() == contacted["is_answered"]).all()


def test_each_method_is_wrong_in_its_own_way():
    contacted = datasets.load("survey/contacts")
    truth = datasets.truth("survey/population").set_index("customer_id")
    mean = truth["satisfaction"].mean()
    answered = contacted[contacted["is_answered"]].copy()
    answered["true"] = answered["customer_id"].map(truth["satisfaction"])
    said = answered.groupby("method")["satisfaction"].mean()
    thought = answered.groupby("method")["true"].mean()
    # Who answers the questionnaire is content; who answers the telephone complains.
    assert thought["questionnaire"] > mean + 0.3
    assert thought["telephone"] < mean - 0.1
    # They say what they think; who is visited answers like all, and is polite.
    assert said["questionnaire"] == thought["questionnaire"]
    assert said["telephone"] == thought["telephone"]
    assert abs(thought["visit"] - mean) < 0.3
    assert said["visit"] > thought["visit"] + 0.1


def test_the_planted_bias_of_each_method_can_be_worked_out():
    """The expected mean of who answers, from the chances: a weighted mean."""
    truth = datasets.truth("survey/population")
    mean = truth["satisfaction"].mean()

    def expected(method: str) -> float:
        chance = truth[f"answers_{method}"]
        return float((truth["satisfaction"] * chance).sum() / chance.sum())

    assert expected("questionnaire") > mean + 0.3
    assert expected("telephone") < mean - 0.1
    assert expected("visit") == pytest.approx(mean, abs=0.05)


def test_costs_are_those_of_the_card():
    contacted = datasets.load("survey/contacts")
    costs = contacted.groupby(["method", "is_answered"])["cost_cents"].agg(
        ["min", "max"]
    )
    assert costs.loc[("questionnaire", True)].tolist() == [500, 500]
    assert costs.loc[("questionnaire", False)].tolist() == [300, 300]
    assert costs.loc[("telephone", True)].tolist() == [1800, 1800]
    assert costs.loc[("telephone", False)].tolist() == [800, 800]
    visits = contacted[contacted["method"] == "visit"]["cost_cents"]
    assert visits.between(9000, 15000).all()


# ------------------------------------------------------------------ the pizza call


def test_all_fields_of_the_call_are_there():
    fields = datasets.load("pizza/fields").set_index("field")
    assert set(fields.index) == {
        "membership_number",
        "home_phone",
        "work_phone",
        "mobile",
        "address",
        "blood_pressure",
        "cholesterol",
        "book_bought",
        "family_size",
        "mother_operation",
        "card_debt",
        "cash_limit",
        "motorcycle",
        "motorcycle_position",
        "police_record",
        "diabetes",
        "glucose_test",
        "wife_birthday",
    }
    assert (fields["sensitivity"] == "sensitive").sum() == 9
    assert fields["is_used"].all()


def test_one_of_eleven_uses_passes():
    truth = datasets.truth("pizza/uses").set_index("use_id")
    uses = datasets.load("pizza/uses")
    assert set(truth.index) == set(uses["use_id"])
    assert truth.index[truth["is_allowed"]].tolist() == ["U11"]
    assert uses.set_index("use_id").loc["U11", "field"] == "wife_birthday"
