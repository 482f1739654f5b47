"""A real server with the real map, a neutral site to leave for, and a real browser."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.serving import Installation, installed_with_the_map

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass(frozen=True)
class Site(Installation):
    address: str
    neutral: str


class _Neutral(BaseHTTPRequestHandler):
    """An everyday page somewhere else."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>Weather</title><h1>It rains</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="session")
def neutral() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Neutral)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Another host name than the site's own: browsers keep histories per origin.
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, neutral: str) -> Iterator[Site]:
    here = installed_with_the_map(tmp_path_factory.mktemp("site"), SAMEN_LEAVE_FOR=neutral)
    with here.running("serve", "--only", "visitors", "--workers", "1") as server:
        yield Site(here.environment, server.address, neutral)


@pytest.fixture(scope="session")
def desk(site: Site) -> Iterator[str]:
    """The address of the desk of the same installation; passkeys need a name, not a number."""
    with site.running("serve", "--only", "desk", "--workers", "1") as server:
        address = f"http://localhost:{server.port}/"
        site.environment["SAMEN_DESK_SITE"] = address.rstrip("/")
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file: a driven browser keeps an event loop, in which Django refuses its tables."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*QUIET])
        yield chromium
        chromium.close()


@dataclass
class Phone:
    """A cheap phone: what it asked of whom, and the page it shows."""

    page: Page
    context: BrowserContext
    hosts: set[str]


@pytest.fixture
def phone(browser: Browser) -> Iterator[Callable[..., Phone]]:
    """`phone(language="ar", script=False)`: a new phone with an empty browser."""
    contexts: list[BrowserContext] = []

    def new(
        language: str = "nl", *, script: bool = True, width: int = 360, dark: bool = False
    ) -> Phone:
        context = browser.new_context(
            locale=language,
            java_script_enabled=script,
            viewport={"width": width, "height": 740},
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        return Phone(page, context, hosts)

    yield new
    for context in contexts:
        context.close()
