"""The hotel's tables say what their card says, and the rules never decide wrongly."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from course import generator
from course.generator import hotel
from crmlib import datasets

FOLDER = Path(__file__).resolve().parents[2] / "datasets"
SOURCES = ("front_desk", "restaurant", "housekeeping")
SEEDS = (hotel.SEED, 0, 2**62 + 3)


@pytest.fixture(scope="module", params=SEEDS)
def tables(request):
    return hotel.make(request.param)


def test_committed_files_are_what_the_generator_makes(tmp_path):
    for path in generator.write(tmp_path, only="hotel"):
        if path.suffix == ".csv":
            made = path.relative_to(tmp_path)
            assert path.read_bytes() == (FOLDER / made).read_bytes(), made


def test_load_gives_what_make_gives():
    made = hotel.make(hotel.SEED)
    for name, table in made.items():
        is_truth = name.startswith("truth/")
        read = datasets.truth if is_truth else datasets.load
        pd.testing.assert_frame_equal(read(name.removeprefix("truth/")), table)
        assert len(table) < 650


def test_tables_keep_their_schema(tables):
    for source in (*SOURCES, "worked_steps"):
        datasets.check(tables[f"hotel/{source}"], f"hotel/{source}")


def test_equal_seeds_equal_tables_and_other_seeds_other_tables():
    one, same, other = hotel.make(3), hotel.make(3), hotel.make(4)
    for name in one:
        pd.testing.assert_frame_equal(one[name], same[name])
    assert not one["hotel/restaurant"].equals(other["hotel/restaurant"])


def test_rules_never_decide_against_the_truth(tables):
    both = tables["hotel/worked_steps"].merge(
        tables["truth/hotel/rows"], on="row_id", suffixes=("", "_true")
    )
    assert len(both) == sum(len(tables[f"hotel/{source}"]) for source in SOURCES)
    for column in ("entry_id", "guest_id"):
        decided = both[both[column].notna()]
        assert (decided[column] == decided[f"{column}_true"]).all()
        assert 0.8 < len(decided) / len(both) < 1


def _who(tables, row):
    """Decide by another route than the generator: count half days since day 0."""
    half = row.noted_on.toordinal() * 2 + (row.part_of_day == "evening")
    keys = tables["hotel/worked_steps"].set_index("row_id")["name_key"]
    said = "" if pd.isna(keys[row.row_id]) else keys[row.row_id]
    found = []
    for line in tables["hotel/front_desk"].itertuples():
        first = line.arrived_on.toordinal() * 2 + 1
        last = line.left_on.toordinal() * 2
        in_time = first <= half <= last
        in_room = pd.isna(row.room) or row.room == line.room
        if not (in_time and in_room):
            continue
        if all(re.search(rf"\b{word}\b", keys[line.row_id]) for word in said.split()):
            found.append(line.row_id)
    return found[0] if len(found) == 1 else None


def test_links_are_what_the_rules_say(tables):
    given = tables["hotel/worked_steps"].set_index("row_id")["entry_id"]
    for source in ("restaurant", "housekeeping"):
        for row in tables[f"hotel/{source}"].itertuples():
            want = _who(tables, row)
            assert (want is None) == pd.isna(given[row.row_id])
            assert want is None or given[row.row_id] == want


def test_guests_are_what_the_rules_say(tables):
    desk = tables["hotel/front_desk"].merge(tables["hotel/worked_steps"], on="row_id")
    dated = desk[desk["born_on"].notna()]
    by_rule = dated.groupby(["name_key", "born_on"])["guest_id"].nunique()
    assert (by_rule == 1).all()
    assert dated["guest_id"].nunique() == len(by_rule)
    for line in desk[desk["born_on"].isna()].itertuples():
        fits = dated[dated["name_key"] == line.name_key]
        fits = fits[fits["nationality"] == line.nationality]["guest_id"].unique()
        if len(fits) == 1:
            assert line.guest_id == fits[0]
        else:
            assert pd.isna(line.guest_id)


def test_every_trap_is_planted(tables):
    planted = Counter(tables["truth/hotel/rows"]["planted"].dropna())
    for trap, least in {
        "room only": 50,
        "name only": 15,
        "change-over day": 40,
        "shared room": 20,
        "room change": 4,
        "two of one surname": 3,
        "room and name disagree": 7,
        "nobody in the room": 4,
        "no clue": 3,
        "no birth date, but another stay has it": 3,
        "no birth date, and two guests of this name": 2,
        "no birth date, and a namesake of another country": 1,
        "no birth date, and no other stay": 1,
    }.items():
        assert planted[trap] >= least, trap


def test_habits_and_ties_are_there_to_be_got_wrong(tables):
    steps = tables["hotel/worked_steps"]
    visits = tables["hotel/restaurant"].merge(steps, on="row_id")
    visits = visits[visits["guest_id"].notna()]
    assert not visits.duplicated(["guest_id", "noted_on"]).any()
    n_ties = n_first_differs = 0
    for _, own in visits.groupby("guest_id"):
        seats = own["seat"].value_counts()
        n_ties += (seats == seats.max()).sum() > 1
        n_first_differs += seats[own["seat"].iloc[0]] < seats.max()
    assert n_ties >= 5
    assert n_first_differs >= 1
    notes = tables["hotel/housekeeping"].merge(steps, on="row_id")
    assert notes.dropna(subset=["guest_id"]).duplicated(["guest_id", "note"]).any()
    assert set(notes["purpose"]) == {"room", "table", "doctor"}


def test_mr_yu_is_as_the_story_tells(tables):
    """Brief B2: second window, 8 June of last year, a sandwich, a coffee, an egg."""
    people = tables["truth/hotel/guests"].set_index("name")
    yus = people.loc[["Shi-Ming Yü"]]
    assert len(yus) == 2
    mr_yu = yus[yus["born_on"] == "1961-04-17"]["guest_id"].item()
    steps = tables["hotel/worked_steps"]
    about = steps.loc[steps["guest_id"] == mr_yu, "row_id"]
    desk, visits, notes = (
        tables[f"hotel/{source}"].merge(about, on="row_id") for source in SOURCES
    )
    assert len(desk) == 2
    assert desk["left_on"].max() > pd.Timestamp(hotel.TODAY) > desk["arrived_on"].max()
    last = visits.sort_values("noted_on").iloc[-1]
    assert last["noted_on"] == pd.Timestamp(hotel.TODAY.year - 1, 6, 8)
    assert last["seat"] == "second window"
    assert last["items"] == "one sandwich, one coffee, one egg"
    spelled = {*desk["name"], *visits["name"].dropna(), *notes["name"].dropna()}
    assert len(spelled) >= 3


def test_nothing_is_written_after_today(tables):
    for source in ("restaurant", "housekeeping"):
        assert tables[f"hotel/{source}"]["noted_on"].max() < pd.Timestamp(hotel.TODAY)
    assert tables["hotel/front_desk"]["arrived_on"].max() < pd.Timestamp(hotel.TODAY)
