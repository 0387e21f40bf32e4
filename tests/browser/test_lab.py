"""The course in JupyterLab, as a student and an instructor see it."""

import os
import re
import secrets
from pathlib import Path

from playwright.sync_api import Page, expect


def open_notebook(page: Page, jupyter_lab, path: str) -> None:
    # a workspace of its own: JupyterLab would open the last test's notebook again
    workspace = Path(path).stem + secrets.token_hex(4)
    page.goto(jupyter_lab.url(f"lab/workspaces/{workspace}/tree/{path}"))
    page.wait_for_function("() => window.jupyterapp !== undefined")
    page.locator(".jp-Notebook").wait_for()
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session"
        "?.kernel?.status === 'idle'"
    )


def run_all(page: Page) -> None:
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(
        """() => {
            const cells = window.jupyterapp.shell.currentWidget.content.widgets;
            return cells.filter(c => c.model.type === 'code')
                        .every(c => c.model.executionCount > 0
                                 && c.model.executionState !== 'running')
        }""",
        timeout=180_000,
    )


def test_the_course_opens_on_the_welcome_notebook(page: Page, jupyter_lab):
    open_notebook(page, jupyter_lab, "chapters/00_welcome.ipynb")
    expect(page.locator(".jp-Notebook h1").first).to_be_visible()


def test_a_student_runs_the_chapter_and_moves_its_slider(page: Page, jupyter_lab):
    open_notebook(page, jupyter_lab, "chapters/05_segmentation.ipynb")
    page.evaluate(
        "() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
    )
    run_all(page)
    assert page.locator(".jp-RenderedText[data-mime-type*='stderr']").count() == 0
    last = page.locator(".widget-vbox").filter(has=page.locator(".widget-image")).last
    picture, slider = last.locator(".widget-image"), last.get_by_role("slider")
    slider.scroll_into_view_if_needed()
    before, sentence = picture.get_attribute("src"), last.get_by_role("status")
    said = sentence.text_content()
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    expect(picture).not_to_have_attribute("src", before or "", timeout=60_000)
    expect(sentence).not_to_have_text(said or "")
    answer_by_keyboard(page)
    if wanted := os.environ.get("CRM_SCREENSHOT"):  # for the README
        page.get_by_text("explore(", exact=True).last.scroll_into_view_if_needed()
        page.wait_for_timeout(1000)
        page.screenshot(path=wanted)


def answer_by_keyboard(page: Page) -> None:
    """Choose the second option of the first choice in the checkpoint, and check it."""
    radios = page.locator(".widget-radio").first
    radios.scroll_into_view_if_needed()
    question = radios.locator("xpath=ancestor::*[contains(@class, 'widget-vbox')][1]")
    radios.get_by_role("radio").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(radios.get_by_role("radio").nth(1)).to_be_checked()
    button = question.get_by_role("button", name="Check")
    for _ in range(radios.get_by_role("radio").count()):
        page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(question.get_by_role("status")).to_have_text(re.compile("^(Right|Not yet)"))


def test_the_formgrader_shows_the_assignments(page: Page, jupyter_lab):
    page.goto(jupyter_lab.url("formgrader"))
    link = page.get_by_role("link", name="oriental_hotel")
    expect(link).to_be_visible(timeout=60_000)
