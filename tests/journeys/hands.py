"""What a hand does on a page."""

from playwright.sync_api import Locator


def press(what: Locator) -> None:
    """Presses what leads to another page, and waits until all of that page is there.

    A click alone comes back as soon as the answer begins: what reads the page then may find it
    half, and what goes elsewhere then may cut off a form on its way.
    """
    with what.page.expect_navigation():
        what.click()
