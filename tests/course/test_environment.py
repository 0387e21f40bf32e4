"""environment.yml says the same as pyproject.toml, in conda's words."""

import re
import tomllib

import pytest
import yaml
from rattler import MatchSpec

from course.term import ROOT

# conda-forge's name for a package of PyPI, where the two differ
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def split(requirement: str) -> tuple[str, str]:
    name, version = re.fullmatch(r"([\w.-]+)(.*)", requirement).groups()
    return CONDA_NAMES.get(name, name), version


@pytest.fixture(scope="module")
def project() -> dict:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]


@pytest.fixture(scope="module")
def conda() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_conda_installs_what_a_reader_needs(project, conda):
    wanted = [*project["dependencies"], *project["optional-dependencies"]["lab"]]
    specs = [MatchSpec(d) for d in conda["dependencies"] if isinstance(d, str)]
    given = {
        s.name.normalized: str(s.version) for s in specs if s.name.normalized != "pip"
    }
    assert given.pop("python") == project["requires-python"]
    assert given == dict(map(split, wanted))


def test_conda_installs_the_kit_itself(conda):
    pip = next(d["pip"] for d in conda["dependencies"] if isinstance(d, dict))
    assert pip == ["-e ."]


def test_the_lock_names_no_address_and_every_dependency(project):
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|--index|--find-links", lock)
    locked = set(re.findall(r"^([\w.-]+)==", lock, flags=re.M))
    groups = project["optional-dependencies"]
    for requirement in [*project["dependencies"], *groups["lab"], *groups["test"]]:
        assert re.match(r"[\w.-]+", requirement)[0] in locked
