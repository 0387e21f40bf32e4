"""The hotel's diary: the files are what the generator makes, the card's words hold."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from course import generator
from course.generator import hotel_diary, schema
from crmlib import datasets

DATASETS = Path(__file__).resolve().parents[2] / "datasets"
CARD = (DATASETS / "hotel_diary" / "README.md").read_text(encoding="utf-8")
SEEDS = (hotel_diary.SEED, 3, 2**62 + 5)
YEAR = pd.Timedelta(days=365)


@cache
def tables(seed: int) -> dict[str, pd.DataFrame]:
    return hotel_diary.make(seed)


@pytest.mark.parametrize("resource", hotel_diary.RESOURCES, ids=lambda r: r["name"])
def test_the_committed_files_are_what_the_seed_makes(resource: dict) -> None:
    prefix = "truth/" if resource["is_truth"] else ""
    made = tables(hotel_diary.SEED)[prefix + resource["path"].removesuffix(".csv")]
    on_disk = (DATASETS / prefix / resource["path"]).read_bytes()
    assert on_disk == schema.as_csv(made, resource).encode()


def test_load_gives_what_make_gives() -> None:
    for name, table in tables(hotel_diary.SEED).items():
        is_truth = name.startswith("truth/")
        read = datasets.truth if is_truth else datasets.load
        loaded = read(name.removeprefix("truth/"))
        pd.testing.assert_frame_equal(loaded, table)


def test_the_tables_keep_their_schema_and_point_at_each_other() -> None:
    names = [name for name in datasets.names() if name.startswith("hotel_diary/")]
    assert len(names) == 8
    for name in names:
        datasets.check(datasets.load(name), name, references=True)
    assert "hotel_diary" in generator.families()


def test_another_seed_makes_another_hotel_with_the_same_mr_yu() -> None:
    one, other = (tables(seed) for seed in SEEDS[:2])
    for name in ("stays", "meals", "wishes"):
        table = f"hotel_diary/{name}"
        assert not one[table].equals(other[table])
        his = [
            t[table][t[table]["guest_id"] == hotel_diary.MR_YU]
            .drop(
                columns=["stay_id", "meal_id", "wish_id", "replaces"], errors="ignore"
            )
            .reset_index(drop=True)
            for t in (one, other)
        ]
        pd.testing.assert_frame_equal(*his)


@pytest.mark.parametrize("seed", SEEDS)
def test_mr_yu_is_as_the_story_tells(seed: int) -> None:
    made = tables(seed)
    stays = made["hotel_diary/stays"].query("guest_id == @hotel_diary.MR_YU")
    arrived = stays["arrived_on"].dt.strftime("%Y-%m-%d").tolist()
    assert arrived == ["2024-06-05", "2025-09-14"]
    meals = made["hotel_diary/meals"].query("guest_id == @hotel_diary.MR_YU")
    last = meals[meals["happened_on"] == "2024-06-08"].iloc[0]
    assert (last["seat"], last["part_of_day"]) == ("second window", "morning")
    assert last["items"] == "one sandwich, one coffee, one egg"
    cards = made["hotel_diary/cards"].query("guest_id == @hotel_diary.MR_YU")
    assert len(cards) == 1
    silent = cards["sent_on"].iloc[0] - stays["left_on"].max()
    assert pd.Timedelta(days=3 * 365) < silent < pd.Timedelta(days=4 * 365)
    assert hotel_diary.MR_YU not in set(made["hotel_diary/card_trial"]["guest_id"])


@pytest.mark.parametrize("seed", SEEDS)
def test_entries_are_typed_after_they_happen_and_corrected_after_that(
    seed: int,
) -> None:
    meals = tables(seed)["hotel_diary/meals"].set_index("meal_id")
    last_day = pd.Timestamp(hotel_diary.LAST_DAY)
    assert (meals["recorded_on"] >= meals["happened_on"]).all()
    assert meals["recorded_on"].is_monotonic_increasing  # ids in the order of typing
    assert meals["recorded_on"].max() <= last_day
    fixed = meals.dropna(subset=["replaces"])
    old = meals.loc[fixed["replaces"]]
    assert fixed["replaces"].is_unique
    assert (fixed["recorded_on"].to_numpy() > old["recorded_on"].to_numpy()).all()
    assert (fixed["happened_on"].to_numpy() == old["happened_on"].to_numpy()).all()
    assert old["replaces"].notna().any()  # a correction of a correction
    assert (fixed["guest_id"].to_numpy() != old["guest_id"].to_numpy()).any()
    planted = tables(seed)["truth/hotel_diary/meals"].set_index("meal_id")["planted"]
    wrong = planted[planted != "late"]
    assert set(old.index) <= set(wrong.index)
    # What is not yet corrected on the last day will be corrected after it.
    open_still = set(wrong.index) - set(old.index)
    assert len(open_still) < len(old) / 5


@pytest.mark.parametrize("seed", SEEDS)
def test_wishes_are_withdrawn_after_they_were_typed(seed: int) -> None:
    wishes = tables(seed)["hotel_diary/wishes"]
    assert (wishes["recorded_on"] >= wishes["told_on"]).all()
    struck = wishes.dropna(subset=["withdrawn_on"])
    assert (struck["withdrawn_on"] > struck["told_on"]).all()
    both = wishes.merge(struck, on=["guest_id", "wish"], suffixes=("", "_struck"))
    assert (both["told_on"] > both["withdrawn_on_struck"]).any()  # told once more


@pytest.mark.parametrize("seed", SEEDS)
def test_stays_of_a_guest_do_not_overlap(seed: int) -> None:
    stays = tables(seed)["hotel_diary/stays"].sort_values(["guest_id", "arrived_on"])
    assert (stays["left_on"] > stays["arrived_on"]).all()
    before = stays.groupby("guest_id")["left_on"].shift()
    overlaps = (stays["arrived_on"] < before).sum()
    # A guest whom the card brought back may have come by himself in the same weeks.
    assert overlaps <= 3
    firsts = tables(seed)["hotel_diary/guests"]["guest_id"]
    assert set(firsts) == set(stays["guest_id"])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_trial_is_a_coin_and_its_groups_are_as_the_card_says(seed: int) -> None:
    made = tables(seed)
    trial = made["hotel_diary/card_trial"]
    n = len(trial)
    heads = (trial["arm"] == "card").sum()
    assert abs(heads - n / 2) < 4 * math.sqrt(n) / 2
    guests = made["hotel_diary/guests"].set_index("guest_id")
    assert not guests.loc[trial["guest_id"], "no_mail"].any()
    assert guests.loc[trial["guest_id"], "born_on"].notna().all()
    drawn_on = pd.Timestamp(hotel_diary.DRAWN_ON)
    stays = made["hotel_diary/stays"]
    before = stays[stays["arrived_on"] <= drawn_on].groupby("guest_id")["arrived_on"]
    last = trial["guest_id"].map(before.max())
    n_stays = trial["guest_id"].map(before.size())
    is_away = last < drawn_on - pd.Timedelta(days=730)
    expected = is_away.map({True: "away", False: ""})
    expected = expected.mask(~is_away & (n_stays > 1), "regular")
    expected = expected.mask(~is_away & (n_stays == 1), "recent")
    assert (trial["group"] == expected).all()
    assert (trial.loc[trial["undelivered"], "arm"] == "card").all()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_happened_is_the_truth_of_the_arm(seed: int) -> None:
    made = tables(seed)
    truth = made["truth/hotel_diary/card_trial"].merge(made["hotel_diary/card_trial"])
    stays = truth.merge(made["hotel_diary/stays"], on="guest_id")
    start = stays["birthday_on"]
    inside = (stays["arrived_on"] >= start) & (stays["arrived_on"] < start + YEAR)
    came = truth["guest_id"].isin(stays.loc[inside, "guest_id"])
    would = truth["returns_with"].where(
        truth["arm"] == "card", truth["returns_without"]
    )
    assert (came == would).all()
    effect = truth["returns_with"].astype(int) - truth["returns_without"]
    assert (effect >= 0).all()
    mean = effect.groupby(truth["group"]).mean()
    assert mean["regular"] == 0
    assert mean["recent"] < 0.012
    assert 0.035 < mean["away"] < 0.07
    for _, group in truth.assign(came=came, effect=effect).groupby("group"):
        arms = group.groupby("arm")["came"].agg(["mean", "size"])
        gap = arms.loc["card", "mean"] - arms.loc["no card", "mean"]
        spread = math.sqrt((arms["mean"] * (1 - arms["mean"]) / arms["size"]).sum())
        assert abs(gap - group["effect"].mean()) < 4 * spread


@pytest.mark.parametrize("seed", SEEDS)
def test_the_worked_returns_are_those_of_the_stays(seed: int) -> None:
    made = tables(seed)
    worked = made["hotel_diary/worked_returns"]
    trial = made["hotel_diary/card_trial"]
    start = worked["guest_id"].map(trial.set_index("guest_id")["birthday_on"])
    early = worked["sending"] == "new year"
    start = start.mask(early, pd.Timestamp(hotel_diary.EARLY_SENDING_ON))
    both = worked.assign(start=start).merge(
        made["hotel_diary/stays"], on="guest_id", suffixes=("", "_stay")
    )
    gap = (both["arrived_on"] - both["start"]).dt.days
    inside = both[gap.between(0, 364)].groupby("row_id")["margin_cents_stay"].sum()
    assert set(worked.loc[worked["returned"], "row_id"]) == set(inside.index)
    left = worked["row_id"].map(inside).fillna(0)
    assert (left == worked["margin_cents"]).all()
    in_trial = worked[~early].merge(trial, on=["guest_id", "arm"])
    assert len(in_trial) == len(trial)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_early_sending_misleads(seed: int) -> None:
    made = tables(seed)
    sent_on = pd.Timestamp(hotel_diary.EARLY_SENDING_ON)
    stays, guests = made["hotel_diary/stays"], made["hotel_diary/guests"]
    began = stays[stays["arrived_on"] < sent_on].groupby("guest_id").size()
    cards = made["hotel_diary/cards"].query("occasion == 'new year'")
    assert (began[cards["guest_id"]] >= 3).all()
    known = guests[guests["guest_id"].isin(began.index) & ~guests["no_mail"]]
    got = known["guest_id"].isin(cards["guest_id"])
    after = stays["arrived_on"].between(sent_on, sent_on + YEAR, inclusive="left")
    came = known["guest_id"].isin(stays.loc[after, "guest_id"])
    assert came[got].mean() - came[~got].mean() > 0.25


def test_the_card_gives_the_numbers_of_the_files() -> None:
    made = tables(hotel_diary.SEED)
    assert f"{len(made['hotel_diary/guests']):,} guests" in CARD
    assert f"{len(made['hotel_diary/stays']):,} stays" in CARD
    assert str(hotel_diary.SEED) in CARD


@pytest.mark.parametrize("seed", SEEDS)
def test_guests_return_as_the_truth_says(seed: int) -> None:
    """Kinds by share, and the yearly returns of each kind from its planted rates."""
    made = tables(seed)
    truth = made["truth/hotel_diary/guests"].set_index("guest_id")
    shares = truth["kind"].value_counts(normalize=True)
    for kind, (share, _, _) in hotel_diary.KINDS.items():
        assert abs(shares[kind] - share) < 0.015
    stays = made["hotel_diary/stays"]
    n_stays = stays.groupby("guest_id").size()
    # Those who never stop within the register: returns over the years at risk.
    begun = stays.groupby("guest_id")["arrived_on"].min()
    end = truth["stopped_on"].clip(upper=pd.Timestamp(hotel_diary.LAST_DAY))
    years = (end - begun).dt.days / 365
    for kind, (_, per_year, _) in hotel_diary.KINDS.items():
        is_kind = truth["kind"] == kind
        returns = (n_stays[is_kind.index[is_kind]] - 1).sum()
        expected = per_year * years[is_kind].sum()
        # Less: no return within a fortnight, nor one that is still going on.
        assert 0.80 * expected < returns < 1.15 * expected + 200
