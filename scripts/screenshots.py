"""Make the pictures of docs/ anew: a server with the real map, a fixed clock, a real browser.

Run from the repository: .venv/bin/python scripts/screenshots.py
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HOUSE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HOUSE))

from tests.serving import installed_with_the_map  # noqa: E402 after the path is known

PICTURES = HOUSE / "docs" / "pictures"
# name, address, width, dark
SHOTS = (
    ("home-ar-phone", "ar/", 360, False),
    ("home-en-desktop", "en/", 1200, False),
    ("results-ar-phone", "ar/find/?need=34&place=amsterdam", 360, False),
    ("results-nl-phone-dark", "nl/find/?need=35&place=utrecht", 360, True),
    ("service-ti-phone", "ti/i/8/", 360, False),
    ("safety-fa-phone", "fa/safety/", 360, False),
    ("all-uk-phone", "uk/all/", 360, False),
    ("results-en-desktop", "en/find/?need=57&place=rotterdam", 1200, False),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as data:
        here = installed_with_the_map(
            Path(data), SAMEN_ENVIRONMENT="test", SAMEN_NOW="2026-11-24T10:20:00+01:00"
        )
        with here.running("serve", "--only", "visitors", "--workers", "1") as server:
            _photograph(server.address)


def _photograph(site: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for name, path, width, dark in SHOTS:
            _one(browser, f"{site}{path}", PICTURES / f"{name}.png", width, dark=dark)
        browser.close()


def _one(browser: Browser, address: str, file: Path, width: int, *, dark: bool) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 780}, color_scheme="dark" if dark else "light"
    )
    page.goto(address)
    page.screenshot(path=file)
    page.close()
    print(file.relative_to(HOUSE))


if __name__ == "__main__":
    main()
