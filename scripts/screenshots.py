"""Make the pictures of docs/ anew: a server with the real map, a fixed clock, a real browser.

Run from the repository: .venv/bin/python scripts/screenshots.py
"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

HOUSE = Path(__file__).resolve().parents[1]
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
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {
            "SAMEN_ENVIRONMENT": "test",
            "SAMEN_NOW": "2026-11-24T10:20:00+01:00",
            "SAMEN_SECRET_KEY": "only-for-pictures-0123456789-0123456789-0123456789",
            "SAMEN_DATA": data,
            "SAMEN_HTTPS": "no",
            "DJANGO_SETTINGS_MODULE": "samen.config.settings",
        }
        command = [sys.executable, "manage.py"]
        for step in (["migrate", "-v0"], ["collectstatic", "--no-input", "-v0"], ["import_map"]):
            subprocess.run([*command, *step], cwd=HOUSE, env=environment, check=True)
        server = subprocess.Popen(
            [*command, "serve", "--only", "visitors", "--port", str(port), "--workers", "1"],
            cwd=HOUSE,
            env=environment,
        )
        try:
            _photograph(f"http://127.0.0.1:{port}/")
        finally:
            server.terminate()
            server.wait()


def _photograph(site: str) -> None:
    pause = threading.Event()
    for _try in range(200):
        try:
            urlopen(f"{site}healthz")  # noqa: S310 our own loopback
            break
        except (URLError, ConnectionError):
            pause.wait(0.1)
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
