"""Fetch pages the way every test must: each page is inspected on the way in.

    page = visit.get("/nl/", language="ar")
    page = visit.post("/nl/find/", {"q": "..."}, expect=303)
    visit.answer.headers["Location"]    the last answer itself

    visit.sign_in(user)         from now on as a colleague, second step and all

Whatever the test is about and whatever the status, the answer must carry the safe headers and
set no cookie (at the desk: only its own three), and a page must stand: one heading, labels, no
script inside, both directions.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup, Tag
from django.test import Client

from samen.foundation import languages

DESK_COOKIES = {"session", "form", "unlock"}
OUR_HOSTS = {"", "testserver", "localhost", "127.0.0.1"}
CONTROLS = "input:not([type=hidden], [type=submit], [type=button]), select, textarea"
REFERENCES = ("for", "form", "list", "headers", "aria-labelledby", "aria-describedby")
MORE_REFERENCES = ("aria-controls", "aria-owns", "aria-details", "aria-errormessage")
ADDRESSES = ("href", "src", "action", "formaction", "poster", "data", "srcset")


class Visit:
    def __init__(self, client: Client) -> None:
        self._client = client
        self.answer: Any = None

    def get(
        self, url: str, *, expect: int = 200, language: str = "en", cookies: bool = False
    ) -> BeautifulSoup:
        answer = self._client.get(url, headers={"accept-language": language})
        return self._inspect(answer, expect, cookies=cookies)

    def post(
        self,
        url: str,
        data: dict[str, Any],
        *,
        expect: int = 303,
        language: str = "en",
        cookies: bool = False,
    ) -> BeautifulSoup:
        answer = self._client.post(url, data, headers={"accept-language": language})
        return self._inspect(answer, expect, cookies=cookies)

    def sign_in(self, user: Any) -> None:
        """As after a password and a code from an app."""
        Authenticator.objects.get_or_create(
            user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": ""}}
        )
        self._client.force_login(user)

    def _inspect(self, answer: Any, expect: int, *, cookies: bool) -> BeautifulSoup:
        self.answer = answer
        assert answer.status_code == expect, f"{answer.status_code}: {answer.content[:2000]!r}"
        desk = answer.request["PATH_INFO"].startswith("/desk/")
        check_headers(answer.headers, referrer="same-origin" if desk else "no-referrer")
        ours = DESK_COOKIES if desk else set()
        assert cookies or not answer.cookies.keys() - ours, f"not asked for: {answer.cookies}"
        kind = answer.headers.get("Content-Type", "")
        # A feed is for machines, and is read by the test itself.
        page = BeautifulSoup(b"" if "xml" in kind else answer.content, "html.parser")
        if answer.content and kind.startswith("text/html"):
            check_page(page)
        return page


def check_headers(headers: Any, *, referrer: str = "no-referrer") -> None:
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';"), policy
    assert "unsafe" not in policy, policy
    assert headers["Referrer-Policy"] == referrer
    assert "no-store" in headers["Cache-Control"], headers["Cache-Control"]


def check_page(page: BeautifulSoup) -> None:
    """What holds for every page in the house, whatever the test is about."""
    check_frame(page)
    check_headings(page)
    check_languages(page)
    check_nothing_inline(page)
    check_ids(page)
    check_controls(page)
    check_links(page)
    check_pictures(page)


def check_frame(page: BeautifulSoup) -> None:
    assert len(page.select("main")) == 1
    assert page.select_one("main#main"), "no main with the id main"
    assert page.select_one("meta[charset=utf-8]")
    [viewport] = page.select("meta[name=viewport]")
    assert "user-scalable" not in said(viewport, "content"), "a reader may zoom"
    assert "maximum-scale" not in said(viewport, "content"), "a reader may zoom"
    first = page.select_one("body :is(a[href], button, input, select, textarea, summary)")
    assert first is not None
    assert said(first, "href") == "#main", f"the skip link stands first, not {first}"


def check_headings(page: BeautifulSoup) -> None:
    headings = page.select("h1, h2, h3, h4, h5, h6")
    levels = [int(heading.name[1]) for heading in headings]
    assert levels.count(1) == 1, f"{levels.count(1)} headings of the first level"
    jumps = [
        f"h{above} to {below}"
        for above, below in zip([0, *levels], headings, strict=False)
        if int(below.name[1]) > above + 1
    ]
    assert not jumps, f"heading levels jump: {jumps}"
    assert all(words(heading) for heading in headings), "a heading without words"
    # A title stands in the history of a phone that somebody else may read: it tells pages apart
    # in neutral words, and is not the heading. tests/test_neutral.py holds it to that.
    [title] = page.select("head > title")
    assert words(title), "a page without a title"


def check_languages(page: BeautifulSoup) -> None:
    html = page.select_one("html[lang][dir]")
    assert html is not None, "html without lang or dir"
    for element in page.select("[lang]"):
        tag = said(element, "lang")
        assert tag in languages.LANGUAGES, f"unknown language in {element.name} lang={tag}"
        assert direction_of(element) in {languages.direction(tag), "auto"}, (
            f"{tag} reads {languages.direction(tag)}: say dir, or use <bdi>, in {element}"
        )
    for link in page.select("[hreflang]"):
        assert said(link, "hreflang") in languages.LANGUAGES, link


def direction_of(element: Tag) -> str:
    """The direction an element's text gets: its own, or of what it stands in."""
    for around in (element, *element.parents):
        if around.has_attr("dir"):
            return said(around, "dir")
        if around.name == "bdi":
            return "auto"
    return "ltr"


def check_nothing_inline(page: BeautifulSoup) -> None:
    assert not page.select("style, [style]"), f"style inside: {page.select('style, [style]')}"
    for script in page.select("script"):
        assert said(script, "src"), "script inside"
        assert not words(script), "script inside"
    for element in page.select("*"):
        handlers = [name for name in element.attrs if name.startswith("on")]
        assert not handlers, f"{handlers} inside {element.name}"
    assert not page.select("iframe, object, embed, base, meta[http-equiv]")


def check_ids(page: BeautifulSoup) -> None:
    ids = Counter(said(element, "id") for element in page.select("[id]"))
    assert max(ids.values(), default=1) == 1, f"twice on a page: {ids.most_common(3)}"
    for name in (*REFERENCES, *MORE_REFERENCES):
        for element in page.select(f"[{name}]"):
            missing = set(said(element, name).split()) - ids.keys()
            assert not missing, f"{name} of {element} means {missing}, which is not there"
    for element in page.select("[href^='#']"):
        assert said(element, "href")[1:] in ids, f"{element} leads nowhere"


def check_controls(page: BeautifulSoup) -> None:
    assert not page.select("form:not([action]), form[action='']"), "form without action"
    for control in page.select(CONTROLS):
        label = control.find_parent("label") or page.select_one(
            f'label[for="{said(control, "id")}"]'
        )
        named = (label and words(label)) or said(control, "aria-label", "aria-labelledby")
        assert named, f"no label: {control}"
    for group in page.select("fieldset"):
        assert group.select_one("legend"), "fieldset without legend"
    for pressed in page.select("button, a[href], summary"):
        assert name_of(pressed), f"nothing to read out: {pressed}"


def check_links(page: BeautifulSoup) -> None:
    for link in page.select('a[href^="tel:"]'):
        assert said(link, "dir") == "ltr" or link.select('[dir="ltr"]'), (
            f"a phone number turns around on a right-to-left page: {link}"
        )
    for element, address in addresses(page):
        target = urlsplit(address)
        assert target.scheme in {"", "http", "https", "tel", "mailto", "sms", "data"}, element
        if target.hostname and target.hostname not in OUR_HOSTS:
            leaves = element.name == "a" and "noreferrer" in said(element, "rel").split()
            assert leaves, f"another host without rel=noreferrer, or loaded: {element}"


def addresses(page: BeautifulSoup) -> Iterator[tuple[Tag, str]]:
    for name in ADDRESSES:
        for element in page.select(f"[{name}]"):
            yield element, said(element, name)


def check_pictures(page: BeautifulSoup) -> None:
    for picture in page.select("img"):
        assert picture.has_attr("alt"), f"no alt: {picture}"
    for drawing in page.select("svg:not([aria-hidden=true])"):
        assert said(drawing, "aria-label", "aria-labelledby"), f"nothing to read out: {drawing}"


def name_of(element: Tag) -> str:
    """What a voice reads out for a link or a button."""
    pictures = "".join(said(picture, "alt") for picture in element.select("img"))
    return words(element) + pictures + said(element, "aria-label", "aria-labelledby")


def words(element: Tag) -> str:
    return " ".join(element.get_text().split())


def said(element: Tag, *names: str) -> str:
    """The first of these attributes that is there, as one text; '' without any."""
    values = [element[name] for name in names if element.has_attr(name)]
    if not values:
        return ""
    return values[0] if isinstance(values[0], str) else " ".join(values[0])
