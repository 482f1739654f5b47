"""A real server with the real map, a neutral site to leave for, and a real browser."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

HOUSE = Path(__file__).parents[2]
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    address: str
    neutral: str
    environment: dict[str, str]  # of its commands, and of what else runs beside it

    def samen(self, *words: str) -> str:
        """A command of this installation, and what it said."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=HOUSE, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def run(self, lines: str) -> str:
        """Lines of Python inside this installation, and what they printed."""
        return self.samen("shell", "--no-imports", "--command", lines).strip()


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Knock until it answers; a server that has ended will never do so."""
    while process.poll() is None:
        try:
            with urlopen(f"{address}healthz", timeout=10):  # noqa: S310 our own loopback
                return
        except (URLError, ConnectionError):
            process_ended.wait(0.1)
    message = "the server did not start"
    raise RuntimeError(message)


process_ended = threading.Event()  # never set: its wait is the pause between two knocks


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, neutral: str) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site")
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "SAMEN_ENVIRONMENT": "production",
        "SAMEN_SECRET_KEY": "only-for-journeys-0123456789-0123456789-0123456789",
        "SAMEN_DATA": str(data),
        "SAMEN_HTTPS": "no",
        "SAMEN_LEAVE_FOR": neutral,
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "samen.config.settings",
    }

    address = f"http://127.0.0.1:{port}/"
    here = Site(address, neutral, environment)
    here.samen("migrate", "--no-input", "--verbosity", "0")
    here.samen("collectstatic", "--no-input", "--verbosity", "0")
    here.samen("import_map", "--quiet")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--only", "visitors", "--workers", "1"],
        cwd=HOUSE,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait_until_open(address, server)
    yield here
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(scope="session")
def desk(site: Site) -> Iterator[str]:
    """The address of the desk of the same installation; passkeys need a name, not a number."""
    port = _free_port()
    address = f"http://localhost:{port}/"
    site.environment["SAMEN_DESK_SITE"] = address.rstrip("/")
    words = ("serve", "--only", "desk", "--workers", "1", "--port", str(port))
    server = subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=HOUSE,
        env=site.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait_until_open(address, server)
    yield address
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
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
