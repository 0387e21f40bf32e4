"""`load` finds the tables from anywhere and refuses broken ones, with the rows."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import crmlib
from crmlib import datasets
from crmlib.errors import ContractError, DataNotFound

ROOT = Path(crmlib.__file__).resolve().parents[1]
ORDERS = "company/orders"


@pytest.fixture(autouse=True)
def no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_DATA", raising=False)


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the company's tables as in a student's kit: without truth."""
    folder = tmp_path / "elsewhere" / "data"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "datasets" / "datapackage.json", folder)
    shutil.copytree(ROOT / "datasets" / "company", folder / "company")
    monkeypatch.setenv("CRM_DATA", str(folder))
    return folder


def edit(path: Path, row: int, column: str, value: str) -> None:
    """Overwrite one cell of a CSV file; *row* counts the records from 0."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    lines[row + 1][lines[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


# ---------------------------------------------------------------- what load gives


def test_all_tables_load() -> None:
    names = datasets.names()
    assert names == sorted(names)
    assert {"company/customers", ORDERS, "company/service_costs"} <= set(names)
    assert not any(name.startswith("truth") for name in names)
    for name in names:
        table = datasets.load(name)
        described = datasets.describe(name)
        assert table.columns.tolist() == described["column"].tolist()
        assert described["meaning"].str.len().min() > 3


def test_types_are_as_promised() -> None:
    orders = datasets.load(ORDERS)
    assert orders["amount_cents"].dtype == "int64"
    assert orders["is_certified"].dtype == "bool"
    assert pd.api.types.is_datetime64_any_dtype(orders["ordered_on"])
    assert isinstance(orders.loc[0, "customer_id"], str)
    customers = datasets.load("company/customers")
    assert customers["birth_year"].dtype == "Int64"
    assert customers["birth_year"].isna().any()
    assert customers["account_manager"].isna().any()


def test_load_agrees_with_the_file_read_by_hand() -> None:
    path = ROOT / "datasets" / "company" / "orders.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    orders = datasets.load(ORDERS)
    assert len(orders) == len(rows)
    assert orders["amount_cents"].sum() == sum(int(r["amount_cents"]) for r in rows)
    assert orders["is_certified"].sum() == sum(
        r["is_certified"] == "true" for r in rows
    )
    days = orders["ordered_on"].dt.strftime("%Y-%m-%d").tolist()
    assert days == [r["ordered_on"] for r in rows]


def test_units_are_said() -> None:
    described = datasets.describe(ORDERS).set_index("column")
    cents = described.index.str.endswith("_cents")
    assert (described.loc[cents, "unit"] == "cents").all()
    truth = datasets.describe("truth/company/customers")
    assert "marketing_type" in truth["column"].tolist()


def test_the_data_packages_keep_to_the_frictionless_schema() -> None:
    # The parts of the specification that our reader leans on.
    for path in (ROOT / "datasets").glob("**/datapackage.json"):
        package = json.loads(path.read_text(encoding="utf-8"))
        names = [resource["name"] for resource in package["resources"]]
        assert len(set(names)) == len(names)
        for resource in package["resources"]:
            assert set(resource["name"]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
            assert (path.parent / resource["path"]).is_file()
            fields = {field["name"] for field in resource["schema"]["fields"]}
            assert set(resource["schema"]["primaryKey"]) <= fields
            for key in resource["schema"].get("foreignKeys", []):
                assert set(key["fields"]) <= fields
                assert key["reference"]["resource"] in names


# ---------------------------------------------------------------- where load looks


@pytest.mark.parametrize("name", [ORDERS, "company/customers"])
def test_the_working_folder_plays_no_part(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = datasets.load(name)
    decoy = tmp_path / "datasets" / "company"
    decoy.mkdir(parents=True)
    (decoy / "orders.csv").write_text("nonsense", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    pd.testing.assert_frame_equal(datasets.load(name), here)


def test_load_works_in_a_fresh_process_elsewhere(tmp_path: Path) -> None:
    code = (
        "from crmlib import datasets as d;"
        "import sys;"
        "print(len(d.load('company/orders')), 'nbgrader' in sys.modules,"
        " 'course' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(len(datasets.load(ORDERS))), "False", "False"]


def test_crm_data_comes_first(kit: Path) -> None:
    path = kit / "company" / "customers.csv"
    edit(path, 0, "name", "Moved Here")
    assert datasets.load("company/customers").loc[0, "name"] == "Moved Here"


def test_the_wheels_own_data_come_before_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "crmlib"
    inside = package / "_datasets"
    inside.mkdir(parents=True)
    (package / "__init__.py").touch()
    shutil.copy(ROOT / "datasets" / "datapackage.json", inside)
    shutil.copytree(ROOT / "datasets" / "company", inside / "company")
    edit(inside / "company" / "customers.csv", 0, "name", "In the Wheel")
    shutil.copytree(ROOT / "datasets" / "company", tmp_path / "site/datasets/company")
    shutil.copy(ROOT / "datasets" / "datapackage.json", tmp_path / "site/datasets")
    monkeypatch.setattr(crmlib, "__file__", str(package / "__init__.py"))
    assert datasets.load("company/customers").loc[0, "name"] == "In the Wheel"
    shutil.rmtree(inside)
    assert datasets.load("company/customers").loc[0, "name"] != "In the Wheel"


@pytest.mark.parametrize(
    ("value", "words"),
    [("datasets", "a relative path"), ("missing", "no datapackage.json in it")],
)
def test_a_wrong_crm_data_is_refused_in_words(
    value: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = value if value == "datasets" else str(tmp_path / value)
    monkeypatch.setenv("CRM_DATA", setting)
    with pytest.raises(DataNotFound) as caught:
        datasets.load(ORDERS)
    assert words in " ".join(str(caught.value).split())


def test_no_data_at_all_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crmlib, "__file__", str(tmp_path / "crmlib" / "__init__.py"))
    with pytest.raises(DataNotFound, match="Copy the folder 'datasets'"):
        datasets.names()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("company/order", "Did you mean company/orders"),
        ("orders", "Did you mean company/orders?"),
        ("zzz", "There are: baskets/"),
    ],
)
def test_an_unknown_name_gets_the_close_ones(name: str, hint: str) -> None:
    with pytest.raises(DataNotFound, match=f"no table called '{name}'") as caught:
        datasets.load(name)
    assert hint in str(caught.value)


def test_a_missing_file_is_said_in_words(kit: Path) -> None:
    (kit / "company" / "orders.csv").unlink()
    with pytest.raises(DataNotFound, match=r"(?s)company/orders.*crm-course datasets"):
        datasets.load(ORDERS)


def test_a_kit_without_truth_says_so(kit: Path) -> None:
    assert not (kit / "truth").exists()
    with pytest.raises(DataNotFound, match="There are no truth tables here"):
        datasets.truth("company/customers")


def test_an_unknown_truth_gets_the_close_ones() -> None:
    with pytest.raises(DataNotFound, match="no truth table called 'company/custmers'"):
        datasets.truth("company/custmers")


def test_a_broken_package_is_said_in_words(kit: Path) -> None:
    (kit / "datapackage.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataNotFound, match="not a readable data package"):
        datasets.load(ORDERS)


# ---------------------------------------------------------------- broken files


@pytest.mark.parametrize(
    ("table", "column", "value", "words"),
    [
        ("orders", "amount_cents", "12.5", "not whole numbers"),
        ("orders", "amount_cents", "¥128", "not whole numbers"),
        ("orders", "amount_cents", "", "missing"),
        ("orders", "amount_cents", "-5", "below 1 cents"),
        ("orders", "ordered_on", "2025-02-30", "not dates"),
        ("orders", "ordered_on", "31/12/2025", "not dates"),
        ("orders", "ordered_on", "2026-01-01", "above 2025-12-31"),
        ("orders", "channel", "fax", "not one of the allowed values"),
        ("orders", "is_certified", "perhaps", "not true or false"),
        ("orders", "customer_id", "c00001 ", r"not of the form C\d{5}"),
        ("customers", "birth_year", "1066", "below 1930"),
        ("value_survey", "price", "6", "above 5 points"),
    ],
)
def test_a_broken_cell_is_refused_with_its_row(
    kit: Path, table: str, column: str, value: str, words: str
) -> None:
    edit(kit / "company" / f"{table}.csv", 7, column, value)
    with pytest.raises(ContractError) as caught:
        datasets.load(f"company/{table}")
    error = caught.value
    assert error.table == f"company/{table}"
    assert error.column == column
    assert error.rows.index.tolist() == [7]
    assert words in str(error)
    assert "Where: row 7" in str(error)


def test_a_repeated_key_is_refused_with_both_rows(kit: Path) -> None:
    first = datasets.load(ORDERS).loc[2, "order_id"]
    edit(kit / "company" / "orders.csv", 7, "order_id", first)
    with pytest.raises(ContractError, match="not unique") as caught:
        datasets.load(ORDERS)
    assert caught.value.rows.index.tolist() == [2, 7]


def described_otherwise(kit: Path, name: str, **schema: object) -> None:
    """Change the schema of one table in the kit's data package."""
    path = kit / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    (table,) = (r for r in package["resources"] if r["path"] == f"{name}.csv")
    table["schema"].update(schema)
    path.write_text(json.dumps(package), encoding="utf-8")


def test_a_key_may_be_several_columns_or_none(kit: Path) -> None:
    described_otherwise(kit, ORDERS, primaryKey=["customer_id", "channel"])
    with pytest.raises(ContractError, match="share a key \\(customer_id, channel") as e:
        datasets.load(ORDERS)
    assert e.value.column is None
    described_otherwise(kit, ORDERS, primaryKey=[])
    assert len(datasets.load(ORDERS))


def test_a_reference_into_the_same_table_and_one_into_nothing(kit: Path) -> None:
    key = {"fields": "order_id", "reference": {"resource": "", "fields": "order_id"}}
    described_otherwise(kit, ORDERS, foreignKeys=[key])
    orders = datasets.load(ORDERS)
    datasets.check(orders, ORDERS, references=True)
    key = {"fields": "order_id", "reference": {"resource": "gone", "fields": ["id"]}}
    described_otherwise(kit, ORDERS, foreignKeys=[key])
    with pytest.raises(DataNotFound, match="points at 'gone'"):
        datasets.check(orders, ORDERS, references=True)


def test_a_missing_column_names_the_likely_one(kit: Path) -> None:
    path = kit / "company" / "orders.csv"
    text = path.read_text(encoding="utf-8").replace("amount_cents", "amount", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"column is missing(?s:.*)is it amount\)"):
        datasets.load(ORDERS)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2,3\n1,2,3,4,5\n", b"\xff\xfe\x00"])
def test_a_file_that_is_no_csv_is_refused_in_words(kit: Path, content: bytes) -> None:
    (kit / "company" / "orders.csv").write_bytes(content)
    with pytest.raises(ContractError, match="Table company/orders"):
        datasets.load(ORDERS)


def test_a_table_without_rows_is_fine(kit: Path) -> None:
    path = kit / "company" / "orders.csv"
    path.write_text(path.read_text(encoding="utf-8").split("\n")[0] + "\n", "utf-8")
    orders = datasets.load(ORDERS)
    assert orders.shape == (0, 10)
    assert orders["amount_cents"].dtype == "int64"
    datasets.check(orders, ORDERS, references=True)


def test_only_an_empty_cell_is_missing(kit: Path) -> None:
    edit(kit / "company" / "customers.csv", 0, "name", "NA")
    assert datasets.load("company/customers").loc[0, "name"] == "NA"


# ---------------------------------------------------------------- check


def test_check_accepts_more_columns_and_any_order_and_changes_nothing() -> None:
    orders = datasets.load(ORDERS).head(50).assign(note="x")
    before = orders.copy()
    shuffled = orders.sample(frac=1, random_state=1)[orders.columns[::-1]]
    datasets.check(shuffled, ORDERS)
    pd.testing.assert_frame_equal(orders, before)


def test_check_follows_references_when_asked() -> None:
    orders = datasets.load(ORDERS).head(5)
    orders.loc[3, "customer_id"] = "C99999"
    datasets.check(orders, ORDERS)
    with pytest.raises(ContractError, match="not in company/customers") as caught:
        datasets.check(orders, ORDERS, references=True)
    assert caught.value.rows.index.tolist() == [3]


@pytest.mark.parametrize(
    ("column", "convert", "remedy"),
    [
        ("ordered_on", lambda s: s.dt.strftime("%Y-%m-%d"), "pandas.to_datetime"),
        ("amount_cents", lambda s: s / 1, "int64"),
        ("amount_cents", lambda s: s.astype(str), "int64"),
        ("is_certified", lambda s: s.astype(int), "astype(bool)"),
        ("customer_id", lambda s: s.str[1:].astype(int), "astype(str)"),
    ],
)
def test_a_wrong_type_says_how_to_convert(
    column: str, convert: Callable[[pd.Series], pd.Series], remedy: str
) -> None:
    orders = datasets.load(ORDERS).head(5)
    orders[column] = convert(orders[column])
    with pytest.raises(ContractError, match="needed here") as caught:
        datasets.check(orders, ORDERS)
    assert caught.value.column == column
    assert remedy in str(caught.value)


def test_a_time_of_day_is_not_a_date() -> None:
    orders = datasets.load(ORDERS).head(5)
    orders.loc[2, "ordered_on"] += pd.Timedelta(hours=9)
    with pytest.raises(ContractError, match="time of day") as caught:
        datasets.check(orders, ORDERS)
    assert caught.value.rows.index.tolist() == [2]


# ---------------------------------------------------------------- require_columns


@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_text_may_come_in_any_of_pandas_dtypes(dtype: object) -> None:
    table = pd.DataFrame({"customer_id": pd.Series(["a", "b"], dtype=dtype)})
    datasets.require_columns(table, {"customer_id": "string"}, table_name="t")


def test_an_empty_table_has_no_types_to_check() -> None:
    table = pd.DataFrame(columns=["customer_id", "n", "ordered_on"])
    kinds = {"customer_id": "string", "n": "integer", "ordered_on": "date"}
    datasets.require_columns(table, kinds, table_name="t")
    with pytest.raises(ContractError, match="the column is missing"):
        datasets.require_columns(table, ["other"], table_name="t")


def test_numbers_in_a_text_column_are_refused() -> None:
    table = pd.DataFrame({"customer_id": pd.Series(["a", 2], dtype=object)})
    with pytest.raises(ContractError, match="text is needed here"):
        datasets.require_columns(table, {"customer_id": "string"}, table_name="t")


def test_missing_values_pass_only_where_allowed() -> None:
    table = pd.DataFrame({"n": pd.array([1, None], dtype="Int64")})
    datasets.require_columns(
        table, {"n": "integer"}, table_name="t", may_be_missing=["n"]
    )
    with pytest.raises(ContractError, match="1 value is missing"):
        datasets.require_columns(table, {"n": "integer"}, table_name="t")


def test_what_is_no_table_is_refused_in_words() -> None:
    with pytest.raises(ContractError, match="a pandas DataFrame is needed, not list"):
        datasets.require_columns([1], ["n"], table_name="t")  # type: ignore[arg-type]


def test_two_columns_of_one_name_are_refused() -> None:
    table = pd.DataFrame([[1, 2]], columns=["n", "n"])
    with pytest.raises(ContractError, match="more than one column"):
        datasets.require_columns(table, ["n"], table_name="t")


def test_an_unknown_type_is_a_programming_error() -> None:
    table = pd.DataFrame({"n": [1]})
    with pytest.raises(ValueError, match="unknown type 'int'"):
        datasets.require_columns(table, {"n": "int"}, table_name="t")
