"""The Oriental Hotel is played in a real browser, with the keyboard alone."""

from playwright.sync_api import Page, expect
from test_lab import open_notebook, run_all


def test_a_learner_plays_the_hotel_with_the_keyboard(page: Page, jupyter_lab):
    open_notebook(page, jupyter_lab, "chapters/11_play_oriental_hotel.ipynb")
    run_all(page)
    assert page.locator(".jp-RenderedText[data-mime-type*='stderr']").count() == 0

    desk = page.locator(".widget-vbox").filter(has_text="Note and hand on").last
    desk.scroll_into_view_if_needed()
    picture, sentence = desk.locator(".widget-image"), desk.get_by_role("status")

    def press(*keys: str) -> None:
        """Press keys, and wait until the sentence and the picture are others."""
        said = sentence.text_content() or ""
        before = picture.get_attribute("src") or ""
        for key in keys:
            page.keyboard.press(key)
        expect(sentence).not_to_have_text(said, timeout=60_000)
        expect(picture).not_to_have_attribute("src", before, timeout=60_000)

    levers = desk.get_by_role("slider")
    levers.nth(0).focus()
    press("ArrowRight")  # more fields
    levers.nth(1).focus()
    press("ArrowRight")  # what he never told, too
    levers.nth(2).focus()
    press("ArrowRight")  # cards
    levers.last.focus()
    press("ArrowLeft")  # the floor moves with the month
    assert "November of year 10" in (sentence.text_content() or "")

    button = page.get_by_role("button", name="Play ten years")
    box = page.locator(".widget-vbox").filter(has=button).last
    box.scroll_into_view_if_needed()
    status = box.get_by_role("status")
    expect(status).to_contain_text("Not played yet")
    button.focus()
    page.keyboard.press("Enter")
    expect(status).to_contain_text("of 120 is over", timeout=60_000)  # months go by
    expect(status).to_contain_text("million yuan", timeout=120_000)
    expect(box.locator(".widget-image")).to_be_visible()
