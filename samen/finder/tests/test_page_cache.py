"""What is kept, for whom, how long; and what somebody may try to put in it."""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.finder.http import page_cache
from samen.finder.http.page_cache import KEEP_UNTIL, PageCache, key_of, takes_gzip

NOON = 1_800_000_000.0


class Inside:
    """An application that counts how often it is asked, and says what it was asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = "200 OK"
        self.until = NOON + 600
        self.more: list[tuple[str, str]] = []
        self.size = 0

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.asked += 1
        headers = [("Cache-Control", "no-store"), (KEEP_UNTIL, str(self.until)), *self.more]
        if takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            headers.append(("Content-Encoding", "gzip"))
        start(self.status, headers)
        return [f"{environ['PATH_INFO']} {self.asked}".encode() + b"." * self.size]


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ours = Clock()
    monkeypatch.setattr(page_cache, "time", ours)
    return ours


@pytest.fixture
def inside(clock: Clock) -> Inside:  # noqa: ARG001 time stands still while it is asked
    return Inside()


def cache(inside: Inside, *, most: int = 10_000_000, revision: Any = lambda: 7) -> PageCache:
    return PageCache(inside, revision=revision, most_bytes=most)


def get(cache: PageCache, path: str, query: str = "", **more: str) -> tuple[str, Any, bytes]:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, **more}
    said: list[Any] = []

    def start(status: str, headers: Any, exc_info: Any = None, /) -> Any:  # noqa: ARG001 of WSGI
        said[:] = [status, headers]

    body = b"".join(cache(environ, start))
    return said[0], said[1], body


def test_the_second_reader_gets_what_the_first_one_got(inside: Inside) -> None:
    kept = cache(inside)

    assert get(kept, "/ar/") == get(kept, "/ar/")
    assert inside.asked == 1


def test_the_word_to_the_cache_never_leaves_the_house(inside: Inside) -> None:
    kept = cache(inside)
    for _ in range(2):
        _status, headers, _body = get(kept, "/ar/")
        assert KEEP_UNTIL not in dict(headers)
        assert dict(headers)["Cache-Control"] == "no-store"


def test_one_question_has_one_entry_however_it_is_spelled(inside: Inside) -> None:
    kept = cache(inside)
    get(kept, "/en/find/", "need=36&place=arnhem")
    get(kept, "/en/find/", "place=arnhem&utm_source=x&need=36&page=1&speaks=")

    assert inside.asked == 1
    assert len(kept) == 1


def test_it_holds_until_the_next_opening_or_closing_and_not_a_second_longer(
    inside: Inside, clock: Clock
) -> None:
    kept = cache(inside)
    get(kept, "/en/i/3/")
    clock.now = NOON + 599
    get(kept, "/en/i/3/")
    assert inside.asked == 1

    clock.now = NOON + 600
    get(kept, "/en/i/3/")
    assert inside.asked == 2


def test_a_clock_set_back_shows_no_page_from_the_future(inside: Inside, clock: Clock) -> None:
    kept = cache(inside)
    get(kept, "/en/i/3/")
    clock.now = NOON - 3600
    get(kept, "/en/i/3/")

    assert inside.asked == 2


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns in the middle of whatever they are at."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty")
def test_many_threads_keep_and_forget_and_the_books_are_right(inside: Inside) -> None:
    revision = [7]
    kept = cache(inside, most=20_000, revision=lambda: revision[0])

    def reader(number: int) -> None:
        for turn in range(2000):
            get(kept, f"/en/i/{(number + 7 * turn) % 37}/")
            if turn in (50, 100):
                revision[0] += 1
                kept._looked = float("-inf")

    with ThreadPoolExecutor(8) as readers:
        for done in [readers.submit(reader, number) for number in range(8)]:
            done.result(30)

    assert kept.weight == sum(page.weight for page in kept._pages.values()) <= 20_000


class Door:
    """A lock that tells when somebody has to wait."""

    def __init__(self) -> None:
        self.lock, self.somebody_waits = Lock(), Event()

    def __enter__(self) -> None:
        if not self.lock.acquire(blocking=False):
            self.somebody_waits.set()
            self.lock.acquire()

    def __exit__(self, *_what: object) -> None:
        self.lock.release()


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("other", "made"), [("/nl/places/", 1), ("/ar/places/", 2)])
def test_who_waited_while_the_same_page_was_made_is_given_it(other: str, made: int) -> None:
    class Slow(Inside):
        def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            assert door.somebody_waits.wait(30)
            return super().__call__(environ, start)

    slow, door = Slow(), Door()
    ours = cache(slow)
    ours._making = door  # type: ignore[assignment]  # with it the test knows when to go on
    with ThreadPoolExecutor(2) as readers:
        both = list(readers.map(get, (ours, ours), ("/nl/places/", other)))

    assert slow.asked == made
    assert {status for status, _headers, _body in both} == {"200 OK"}
    assert (both[0] == both[1]) == (made == 1)


def test_a_change_of_the_map_is_out_within_two_seconds(inside: Inside, clock: Clock) -> None:
    revision = [7]
    kept = cache(inside, revision=lambda: revision[0])
    get(kept, "/en/i/3/")
    revision[0] = 8
    clock.now += 2
    get(kept, "/en/i/3/")

    assert inside.asked == 2


def test_after_a_change_a_page_is_kept_again_at_once(inside: Inside, clock: Clock) -> None:
    revision = [7]
    kept = cache(inside, revision=lambda: revision[0])
    get(kept, "/en/i/3/")
    revision[0] = 8
    clock.now += 1.5
    get(kept, "/en/i/3/")
    get(kept, "/en/i/3/")

    assert (len(kept), inside.asked) == (1, 2)


class Editing(Inside):
    """The map is changed while a page is made."""

    def __init__(self) -> None:
        super().__init__()
        self.revision = 7
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        answer = super().__call__(environ, start)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return answer

    def edit(self) -> None:
        self.revision += 1


def test_a_page_that_was_made_while_the_map_changed_is_never_kept(clock: Clock) -> None:
    """Nobody can tell whether it is of before or after, however long it took to make it."""
    inside = Editing()
    kept = cache(inside, revision=lambda: inside.revision)
    for seconds in (0, 0.5, 5, 500):
        inside.meanwhile = inside.edit
        clock.now += seconds
        get(kept, "/en/i/3/")
        assert len(kept) == 0

    clock.now += 1
    get(kept, "/en/i/3/")
    assert len(kept) == 1


def test_a_page_of_before_is_not_kept_under_what_another_reader_saw_after(clock: Clock) -> None:
    """Two readers at once: the second sees the change while the page of the first is made."""
    inside = Editing()
    kept = cache(inside, revision=lambda: inside.revision)

    def another_reader() -> None:
        inside.edit()
        clock.now += 2
        kept._look()  # and then she waits

    get(kept, "/en/i/5/")
    inside.meanwhile = another_reader
    get(kept, "/en/i/3/")

    assert (len(kept), inside.asked) == (0, 2)
    get(kept, "/en/i/3/")
    get(kept, "/en/i/3/")
    assert (len(kept), inside.asked) == (1, 3)


def test_a_page_that_holds_no_longer_than_this_moment_is_never_kept(inside: Inside) -> None:
    inside.until = NOON
    kept = cache(inside)
    get(kept, "/en/find/")

    assert len(kept) == 0


def test_without_a_database_nothing_old_is_shown(inside: Inside) -> None:
    def gone() -> int:
        raise RuntimeError

    kept = cache(inside, revision=gone)
    get(kept, "/en/i/3/")
    get(kept, "/en/i/3/")

    assert (len(kept), inside.asked) == (0, 2)


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/en/", {"REQUEST_METHOD": "POST"}),
        ("/en/", {"REQUEST_METHOD": "HEAD"}),
        ("/en/", {"HTTP_COOKIE": "v=1"}),
        ("/en/", {"CONTENT_TYPE": "text/plain; charset=utf-7"}),
        ("/en/", {"CONTENT_LENGTH": "3"}),
        ("/en/", {"HTTP_COOKIE": "sessionid=x"}),
        ("/", {}),
        ("/healthz", {}),
        ("/desk/", {}),
        ("/xx/", {}),
    ],
)
def test_what_is_not_an_anonymous_visitors_page_passes_by(
    inside: Inside, path: str, more: dict[str, str]
) -> None:
    kept = cache(inside)
    get(kept, path, **more)
    get(kept, path, **more)

    assert inside.asked == 2
    assert len(kept) == 0


def test_what_came_in_another_encoding_than_asked_for_is_never_kept(inside: Inside) -> None:
    inside.more = [("content-encoding", "br")]
    kept = cache(inside)
    get(kept, "/en/")

    assert len(kept) == 0


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oh", "303 See Other", "422 No"])
def test_an_error_is_never_kept(inside: Inside, status: str) -> None:
    inside.status = status
    kept = cache(inside)
    get(kept, "/en/")

    assert len(kept) == 0


def test_an_answer_that_sets_a_cookie_or_says_nothing_is_never_kept(inside: Inside) -> None:
    inside.more = [("Set-Cookie", "a=b")]
    kept = cache(inside)
    get(kept, "/en/exit/")
    inside.more, inside.until = [], 0.0
    get(kept, "/en/")

    assert len(kept) == 0


def test_hosts_schemes_languages_and_encodings_have_pages_of_their_own(inside: Inside) -> None:
    kept = cache(inside)
    get(kept, "/en/", HTTP_HOST="one.example")
    get(kept, "/en/", HTTP_HOST="two.example")
    get(kept, "/en/", HTTP_HOST="one.example", HTTP_X_FORWARDED_PROTO="https")
    get(kept, "/en/", HTTP_HOST="one.example", HTTP_ACCEPT_ENCODING="gzip")
    get(kept, "/ar/", HTTP_HOST="one.example")

    assert inside.asked == len(kept) == 5


def test_headers_a_page_does_not_depend_on_change_nothing(inside: Inside) -> None:
    kept = cache(inside)
    first = get(kept, "/en/", HTTP_ACCEPT_LANGUAGE="ar", HTTP_X_FORWARDED_HOST="evil.example")
    second = get(kept, "/en/", HTTP_ACCEPT_LANGUAGE="nl", HTTP_USER_AGENT="x")

    assert first == second
    assert inside.asked == 1


def test_ten_thousand_distinct_questions_do_not_fill_the_memory(inside: Inside) -> None:
    inside.size = 8_000
    kept = cache(inside, most=1_000_000)
    for number in range(1, 10_001):
        get(kept, "/en/find/", f"need={number}")

    assert kept.weight <= 1_000_000
    assert 50 < len(kept) < 130


def test_an_answer_too_large_is_not_kept(inside: Inside) -> None:
    inside.size = 300_000
    kept = cache(inside)
    get(kept, "/en/")

    assert len(kept) == 0


@given(st.text(max_size=40), st.text(max_size=60))
def test_any_address_has_a_key_or_none(path: str, query: str) -> None:
    key_of({"REQUEST_METHOD": "GET", "PATH_INFO": f"/nl/{path}", "QUERY_STRING": query})


known = st.fixed_dictionaries(
    {},
    optional={
        "need": st.integers(1, 99).map(str),
        "place": st.sampled_from(["arnhem", "a b", "a&i=3", "é", "%69", "a+b", ""]),
        "within": st.sampled_from(["5", "300"]),
        "for": st.sampled_from(["women", "men,women", "women,women"]),
        "how": st.sampled_from(["visit,phone", "phone"]),
        "i": st.lists(st.integers(1, 9).map(str), max_size=3).map(",".join),
        "page": st.sampled_from(["1", "2"]),
        "x": st.text(max_size=5),
    },
)


@given(known)
def test_the_one_true_spelling_is_its_own(values: dict[str, str]) -> None:
    """A page is looked up by the address as it came first: it may be the spelling of no other."""
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/nl/find/", "QUERY_STRING": ""}
    key = key_of(environ | {"QUERY_STRING": urlencode(values)})
    assert key is not None
    assert key_of(environ | {"QUERY_STRING": key[-1]}) == key


@pytest.mark.usefixtures("clock")
def test_a_page_is_made_of_what_its_key_says_and_of_nothing_else() -> None:
    asked: list[str] = []

    class Reading(Inside):
        def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            asked.append(environ["QUERY_STRING"])
            return super().__call__(environ, start)

    kept = cache(Reading())
    get(kept, "/en/find/", "page=1&x=1&place=arnhem&need=36")
    get(kept, "/en/safety/", "place=arnhem")
    get(kept, "/en/find/", "need=x")

    assert asked == ["need=36&place=arnhem", "", "need=x"]


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.0", False),
        ("", False), ("identity", False), ("GZIP", True), ("x-gzip", False),
    ],
)  # fmt: skip
def test_encodings_are_negotiated(header: str, *, takes: bool) -> None:
    assert takes_gzip(header) is takes
