"""Each rule of the frame reports the text that breaks it, and no good one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
import yaml

from course import frame, notebooks

SAMPLE = Path(__file__).parent / "texts" / "91_sample.md"
GOOD = SAMPLE.read_text(encoding="utf-8")


@pytest.fixture
def check(tmp_path):
    """Write a text and return what the frame says of it."""

    def problems(text: str) -> list[str]:
        path = tmp_path / "text" / "91_sample.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        (tmp_path / "chapters").mkdir(exist_ok=True)
        return frame.problems(path, chapters=tmp_path / "chapters")

    return problems


def test_a_good_text_has_no_problems():
    assert frame.problems(SAMPLE) == []


LONG = "\n".join(f"a{i} = {i}" for i in range(21))
LINE = "spend.idxmax()"

# name: (what is replaced in the good text, by what, what is then said)
BROKEN = {
    "no title": ("# Who buys the tea?\n", "", "begins with its title"),
    "title late": ("# Who buys", "Hello\n\n# Who buys", "begins with its title"),
    "two titles": ("## Limits", "# Limits", "a second title, 'Limits'"),
    "jump": ("## The ledger", "### The ledger", "jumps from level 1 to 3"),
    "twin headings": ("## Limits", "## The ledger", "occurs twice"),
    "no question": ("> **Question.** ", "> ", "no block quote line > **Question.**"),
    "no objectives": ("> - read", "> read", "**Objectives.** and a list"),
    "no time": ("15 minutes", "a while", "**Time.** NN minutes"),
    "section order": ("## Exercise", "## Key points ", "the last sections are"),
    "section after": ("## Reading", "## Notes\n\n## Reading", "the last sections are"),
    "no terms": ("{terms}`segmentation, lorenz-curve`", "", "Terms lists nothing"),
    "no reading": ("{reading}`cim, lorenz1905, sherden1994`", "", "Reading lists"),
    "no widget": ("[widget]", "[gadget]", "no cell has the tag widget"),
    "no case": ('["case"]', '["story"]', "no cell has the tag case"),
    "case late": ('["case"]', '["claim", "case"]', "the case comes first"),
    "widget in prose": ('["limits"]', '["limits", "widget"]', "belongs to a code cell"),
    "bare number": ("says nothing", "of 25 says nothing", "'25' in “A share of 25"),
    "bare share": ("says nothing", "of 12.5% says nothing", "'12.5%'"),
    "number in a list": ("its denominator", "its 3 parts", "'3' in “- A share"),
    "number in a table": (
        "says nothing", "\n\n| a |\n|---|\n| 7 |\n", "'7' in “| 7 |”",
    ),
    "unit": ("says nothing", "of 5kg says nothing", "'5kg'"),
    "table head": ("says nothing", "\n\n| a | b |\n| c | d |\n", "without a header"),
    "empty table head": (
        "says nothing", "\n\n|  |  |\n|---|---|\n| c | d |\n", "without a header row",
    ),
    "cited, not read": ("{reading}`cim, lorenz1905,", "{reading}`cim,", "list lacks"),
    "cited, unknown": ("{cited}`lorenz1905`", "{cited}`lorenz`", "references.yml"),
    "read, unknown": ("{reading}`cim,", "{reading}`cim, kant1781,", "'kant1781'"),
    "read twice": ("{reading}`cim,", "{reading}`cim, cim,", "'cim' twice"),
    "course unsaid": ("{reading}`cim,", "{reading}`", "the course is quoted"),
    "term unknown": ("{terms}`segm", "{terms}`tea, segm", "'tea', which glossary"),
    "term unused": ("{terms}`segm", "{terms}`whale-curve, segm", "never uses it"),
    "no Chinese": ("*segmentation* (客户细分)", "segmentation", "(客户细分)"),
    "Chinese late": (
        "This is a matter", "By segmentation, this is a matter", "at its first mention",
    ),
    "role in a sentence": ("{terms}`seg", "See {terms}`seg", "a line of its own"),
    "no such role": ("{cited}`lorenz1905`", "{citd}`lorenz1905`", "is no role"),
    "dead link": ("(#The-ledger)", "(02_no.ipynb)", "leads nowhere"),
    "dead anchor": ("(#The-ledger)", "(#the-ledger)", "has no heading"),
    "dead anchor there": (
        "(#The-ledger)", "(91_sample.ipynb#Nowhere)", "#Nowhere has no heading",
    ),
    "absolute link": ("(#The-ledger)", "(/chapters)", "is absolute"),
    "http": ("(#The-ledger)", "(http://example.org)", "not https"),
    "mail": ("(#The-ledger)", "(mailto:a@example.org)", "not https"),
    "long cell": (LINE, LONG, "21 lines of code"),
    "long line": (LINE, f"{LINE}  # {'x' * 80}", "columns; at most 88"),
    "wide line": (LINE, f"{LINE}  # {'茶' * 40}", "columns; at most 88"),
    "unformatted": (LINE, "spend.idxmax( )", "ruff format would"),
    "network": (LINE, "import requests", "uses the network"),
    "read_csv": (LINE, 'pd.read_csv("https://example.org/a")', "uses the network"),
    "clock": (LINE, "pd.Timestamp.now()", "uses the clock"),
    "unseeded": (LINE, "np.random.default_rng()", "an unseeded generator"),
    "legacy": (LINE, "np.random.normal(3)", "an unseeded generator"),
    "sample": (LINE, "spend.sample(2)", "an unseeded generator"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_reported(check, name):
    old, new, said = BROKEN[name]
    assert old in GOOD
    found = check(GOOD.replace(old, new))
    assert any(said in problem for problem in found), found
    assert all(problem.startswith("91_sample.md, ") for problem in found)


FINE = {
    "year": "In 1994, the 1990s and 2023-2025 it was so.",
    "ordinal": "It was the 2nd time and the 11th.",
    "day": "On 31 December he left, and on 8 June he came.",
    "place": "See chapter 5, parts 1 and 2, article 5(1)(b).",
    "name": "The 6C, the 4Ps, customer C00001 and 00_welcome.",
    "code": "The cell `555` and\n\n```\n1 + 1 = 2\n```\n",
    "formula": "Half of it is $n / 2$.",
    "comment": "Yes <!-- 12 --> indeed.",
    "list": "1. one\n2. two",
    "https": "See [here](https://example.org/12) or <https://example.org/3>.",
    "self": "See [there](91_sample.ipynb#The-ledger).",
    "table": "| share | n |\n|---|---:|\n| all | {eval}`1 + 1` |",
    "other mention": "By segmentation again.",
}


@pytest.mark.parametrize("name", FINE)
def test_what_is_allowed_is_not_reported(check, name):
    text = GOOD.replace("## Exercise", f"{FINE[name]}\n\n## Exercise")
    assert check(text) == []


FINE_CODE = [
    "%matplotlib inline\nspend.plot();",
    "rng = np.random.default_rng(7)",
    "spend.sample(2, random_state=7)",
    '"The 5th requests are timed"[:4]'.replace("requests", "orders"),
]


@pytest.mark.parametrize("source", FINE_CODE)
def test_good_code_is_not_reported(check, source):
    assert check(GOOD.replace(LINE, source)) == []


def test_a_guide_needs_no_frame_but_sources_for_its_numbers(check):
    guide = "---\ncrm:\n  frame: guide\n---\n\n# Welcome\n\nRead on.\n"
    assert check(guide) == []
    assert len(check(guide.replace("Read on", "Read 12 pages"))) == 1
    assert len(check(guide.replace("guide", "chapter"))) > 5


def test_a_common_word_may_occur_before_its_chinese(check):
    text = GOOD.replace("{terms}`", "{terms}`profitable, ")
    limits = "It is profitable to ask. A segment must be *profitable*"
    text = text.replace("A share says", f"{limits}{{}}. A share says")
    assert check(text.replace("{}", " (可盈利性)")) == []
    assert "somewhere" in check(text.replace("{}", ""))[0]


# --- the built notebook


@pytest.fixture(scope="module")
def good_notebook(tmp_path_factory) -> Path:
    return notebooks.build_all([SAMPLE], tmp_path_factory.mktemp("built"))[0].path


def test_a_good_notebook_has_no_problems(good_notebook):
    assert frame.notebook_problems(good_notebook) == []


def _stderr(nb):
    nb.cells[3].outputs.append(
        nbformat.v4.new_output("stream", name="stderr", text="oh")
    )


def _error(nb):
    nb.cells[3].outputs.append(
        nbformat.v4.new_output("error", ename="E", evalue="bad", traceback=[])
    )


def _figure(nb):
    return next(c for c in nb.cells if "plots.show" in c.source).outputs[0]


def _short_alt(nb):
    _figure(nb).metadata["image/png"]["alt"] = "A chart"


def _no_inventory(nb):
    del _figure(nb).metadata["crm"]


def _pale_text(nb):
    _figure(nb).metadata["crm"]["texts"][0]["colour"] = "#f4f4f4"


def _no_figure(nb):
    next(c for c in nb.cells if "plots.show" in c.source).outputs.clear()


def _large(nb):
    nb.cells[0].source += "x" * 1_000_000


def _raw(nb):
    nb.cells[3].outputs[0].data["text/plain"] = r"Image(value=b'\x89PNG')"


def _state(nb):
    nb.metadata["widgets"] = {"a": 1}


def _widget_id(nb):
    nb.cells[3].outputs[0].data[notebooks.WIDGET_VIEW] = {"model_id": "1"}


def _foreign_id(nb):
    nb.cells[3].id = "a1b2"


def _role(nb):
    nb.cells[0].source += " {eval}`x`"


def _language(nb):
    nb.metadata["language_info"]["version"] = "3.11"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_stderr, "it shows a warning: oh"),
        (_error, "it shows an error, E: bad"),
        (_short_alt, "alternative text has 7 characters"),
        (_short_alt, "text form is not its alternative text"),
        (_no_inventory, "no inventory"),
        (_pale_text, "its figure: "),
        (_no_figure, "a widget needs a still figure"),
        (_large, "must stay under 1,000,000"),
        (_raw, "raw bytes"),
        (_state, "stores the state of widgets"),
        (_widget_id, "stores a widget's id"),
        (_foreign_id, "its id is a1b2, not 91-004"),
        (_role, "was not resolved"),
        (_language, "language_info is not just Python"),
    ],
)
def test_a_spoilt_notebook_is_reported(good_notebook, tmp_path, spoil, said):
    path = Path(shutil.copy(good_notebook, tmp_path))
    nb = notebooks.loads(path.read_text(encoding="utf-8"))
    spoil(nb)
    path.write_text(notebooks.dumps(nb), encoding="utf-8")
    found = frame.notebook_problems(path)
    assert any(said in problem for problem in found), found


# --- glossary and references


@pytest.mark.parametrize("path", [notebooks.GLOSSARY, notebooks.REFERENCES])
def test_no_key_stands_twice(path):
    # YAML would take the second silently.
    keys = re.findall(r"^([\w-]+):", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(keys) == len(set(keys))
    assert keys == list(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("term", notebooks.glossary().values(), ids=lambda t: t.key)
def test_a_term_is_complete(term):
    assert re.search(r"[一-鿿]", term.chinese)
    assert re.fullmatch(r"[A-Z][^.]*\.", term.meaning), "one sentence"
    assert "|" not in term.english + term.chinese + term.meaning


def test_terms_have_different_names():
    names = [t.english.lower() for t in notebooks.glossary().values()]
    assert len(names) == len(set(names))


def test_the_courses_own_terms_are_all_there():
    chinese = " ".join(term.chinese for term in notebooks.glossary().values())
    wanted = (
        "客户信息管理 客户档案 基本档案 信息收集 信息搜集 问卷调查 电话访谈 "
        "实地访谈 电话采访 现场采访 客户环境分析 大客户 优势 劣势 机会 "
        "威胁 客户盈利能力分析 信用6C分析法 客户细分 关键客户 潜力客户 "
        "常规客户 客户终身价值 客户生命周期价值 客户日志 往来账目 退换货 "
        "关系型客户 交易型客户 潜在客户 满意度 忠诚度 流失 客户计划 "
        "大客户计划 经济型 个性型 方便型 道德型 可测量性 可靠近性 可盈利性 "
        "易反应性 客户价值矩阵"
    )
    assert [word for word in wanted.split() if word not in chinese] == []


@pytest.mark.parametrize("work", notebooks.references().values(), ids=lambda w: w.key)
def test_a_reference_agrees_with_its_key(work):
    assert work.full.endswith((".", ")"))
    assert "http://" not in work.full
    if match := re.fullmatch(r"([a-z]+)(\d{4})[a-z]*", work.key):
        name, year = match.groups()
        assert year in work.full
        # authors come first; an institution or a case is somewhere in the entry
        text = f"{work.short} {work.full}".lower()
        assert name in text.replace("ü", "ue").replace("ö", "oe").replace("ä", "ae")
    else:
        assert work.key in frame.COURSE_SOURCES
