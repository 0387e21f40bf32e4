"""The page of the public API is what the docstrings say, with an example each."""

from __future__ import annotations

import inspect

import pytest

from course import api

# A simulation is played over many rounds, which one example does not show.
PLAYED = "crmlib.simulation"
FUNCTIONS = [
    pytest.param(thing, id=f"{module.__name__}.{name}")
    for module in api.modules()
    for name, thing in api.public(module)
    if inspect.isroutine(thing) and not module.__name__.startswith(PLAYED)
]


def test_the_committed_page_is_what_the_docstrings_say() -> None:
    assert api.PAGE.read_text(encoding="utf-8") == api.page(), "run crm-course api"


@pytest.mark.parametrize("thing", FUNCTIONS)
def test_every_public_function_has_an_example(thing: object) -> None:
    assert api.example(thing), "add an example to the docstring"


def test_the_page_lists_every_module_and_function_once() -> None:
    lines = api.page().splitlines()
    heads = [line for line in lines if line.startswith("**`")]
    assert (
        sum("**`summarise(orders, *, as_of, path='auto')`**" in h for h in heads) == 1
    )
    assert "## crmlib.segmentation" in lines
    assert not any("crmlib.checks." in line for line in lines if line.startswith("##"))
    assert not any("_inventory" in line for line in lines)
    assert len(heads) == len(set(heads))
