"""The inspection of pages is itself inspected: a sound page passes, every fault is found."""

import pytest
from bs4 import BeautifulSoup

from tests.visit import check_headers, check_page

SOUND = """<!DOCTYPE html>
<html lang="ar" dir="rtl">
    <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Samen</title>
        <link rel="stylesheet" href="/static/look.css">
        <script src="/static/page.js" defer></script>
    </head>
    <body>
        <svg aria-hidden="true"><symbol id="sun"></symbol></svg>
        <a class="skip" href="#main">To the text</a>
        <nav aria-label="Numbers"><a href="tel:112"><b dir="ltr">112</b></a></nav>
        <main id="main">
            <h1>What is happening?</h1>
            <p><bdi lang="nl">Veilig Thuis</bdi> <span lang="nl" dir="ltr">Bel ons.</span></p>
            <form method="post" action="/ar/find/">
                <label for="q">Your words</label>
                <input id="q" name="q" aria-describedby="hint">
                <p id="hint">In any language</p>
                <button>Find help</button>
            </form>
            <h2>Elsewhere</h2>
            <a href="https://www.example.org/" rel="noreferrer">A website</a>
            <img src="/static/a.png" alt="">
        </main>
    </body>
</html>"""

FAULTS = {
    "no direction": (' dir="rtl">', ">"),
    "wrong direction": (' dir="rtl">', ' dir="ltr">'),
    "unknown language": ('<bdi lang="nl">', '<bdi lang="dutch">'),
    "words of another direction": ('<span lang="nl" dir="ltr">', '<span lang="nl">'),
    "no title": ("<title>Samen</title>", "<title></title>"),
    "no heading": ("<h1>What is happening?</h1>", ""),
    "two headings": ("<h2>Elsewhere</h2>", "<h1>Elsewhere</h1>"),
    "a level is jumped": ("<h2>Elsewhere</h2>", "<h3>Elsewhere</h3>"),
    "no main": ('<main id="main">', '<main id="page">'),
    "no zoom": ("initial-scale=1", "initial-scale=1, user-scalable=no"),
    "skip link is not the first": ('<a class="skip"', '<a href="/">Home</a><a class="skip"'),
    "style inside": ("<p id=", '<p style="color: red" id='),
    "style block": ("</head>", "<style>p {}</style></head>"),
    "script inside": ("</head>", "<script>go()</script></head>"),
    "handler": ("<button>", '<button onclick="go()">'),
    "frame": ("</main>", '<iframe src="/x/"></iframe></main>'),
    "id twice": ('<p id="hint">', '<p id="q">'),
    "reference to nothing": ('aria-describedby="hint"', 'aria-describedby="help"'),
    "fragment to nothing": ("<h2>Elsewhere</h2>", '<h2><a href="#there">Elsewhere</a></h2>'),
    "no label": ('<label for="q">Your words</label>', ""),
    "empty label": ("Your words", ""),
    "form without action": (' action="/ar/find/"', ""),
    "button without words": ("Find help", ""),
    "number that turns around": ('<b dir="ltr">', "<b>"),
    "another host, told where from": (' rel="noreferrer"', ""),
    "picture of another host": ('src="/static/a.png"', 'src="https://www.example.org/a.png"'),
    "host without scheme": ('src="/static/page.js"', 'src="//www.example.org/page.js"'),
    "script as address": ('action="/ar/find/"', 'action="javascript:go()"'),
    "picture without alt": (' alt=""', ""),
    "drawing without name": ('<svg aria-hidden="true">', "<svg>"),
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def page(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def test_a_sound_page_passes() -> None:
    check_page(page(SOUND))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str) -> None:
    right, wrong = FAULTS[fault]
    assert right in SOUND

    with pytest.raises((AssertionError, ValueError)):
        check_page(page(SOUND.replace(right, wrong, 1)))


def test_safe_headers_pass() -> None:
    check_headers(HEADERS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Security-Policy", "default-src 'self'"),
        ("Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline'"),
        ("Referrer-Policy", "origin"),
        ("Cache-Control", "max-age=600"),
    ],
)
def test_an_unsafe_header_is_found(name: str, value: str) -> None:
    with pytest.raises(AssertionError):
        check_headers(HEADERS | {name: value})
