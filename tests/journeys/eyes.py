"""What axe sees on a page."""

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
IN_THE_DARK = {"runOnly": ["color-contrast", "link-in-text-block"]}  # the rest is the same


def stands(page: Page, rules: Mapping[str, Any] = RULES) -> None:
    """Nothing keeps anybody from using it, as far as a machine can tell."""
    found = Axe().run(page, options=rules)
    assert found.violations_count == 0, found.generate_report()
