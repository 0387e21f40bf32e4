"""The course in JupyterLab, as a student and an instructor see it."""

from playwright.sync_api import Page, expect


def open_notebook(page: Page, jupyter_lab, path: str) -> None:
    page.goto(jupyter_lab.url(f"lab/tree/{path}"))
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
    slider = page.get_by_role("slider").first
    slider.scroll_into_view_if_needed()
    picture = page.locator(".widget-image").first
    before = picture.get_attribute("src")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('.widget-image').src !== before", arg=before
    )


def test_the_formgrader_shows_the_assignments(page: Page, jupyter_lab):
    page.goto(jupyter_lab.url("formgrader"))
    expect(page.get_by_role("link", name="oriental_hotel")).to_be_visible()
