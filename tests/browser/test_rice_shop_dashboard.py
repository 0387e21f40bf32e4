"""The rice shop's dashboard in a real browser, with the keyboard alone."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, expect
from test_lab import open_notebook, run_all

# The chapter's dashboard, with a shorter world.
DASHBOARD = """\
from crmlib.simulation.dashboard import dashboard
from crmlib.simulation.rice_shop import (
    RiceShop, draw_sales, draw_street, fixed_round, sensible, waits,
)

dashboard(
    RiceShop(n_periods=120),
    sensible,
    seed=1,
    baselines={"every seven days": fixed_round, "waits": waits},
    curves=draw_sales,
    picture=lambda run, day: draw_street(run, day=day),
)"""


def test_a_learner_runs_the_shop_with_the_keyboard(page: Page, jupyter_lab):
    book = new_notebook(cells=[new_code_cell(DASHBOARD)])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    book.metadata.language_info = {"name": "python"}
    nbformat.write(book, jupyter_lab.root / "chapters" / "shop.ipynb")
    open_notebook(page, jupyter_lab, "chapters/shop.ipynb")
    run_all(page)

    button = page.locator("button.jupyter-button", has_text="Run")
    button.focus()
    page.keyboard.press("Enter")
    pictures = page.locator(".widget-image:visible")
    expect(pictures).to_have_count(2, timeout=120_000)
    street = pictures.last
    before = street.get_attribute("src") or ""
    page.get_by_role("slider").last.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(street).not_to_have_attribute("src", before, timeout=60_000)
