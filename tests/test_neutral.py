"""What stays behind on a phone tells nothing: titles, addresses, file names, headers."""

import re
from pathlib import Path

import pytest

from samen.foundation.languages import PUBLISHED
from samen.theme.emergency import LINES
from tests.visit import Visit, words

pytestmark = pytest.mark.django_db

PATHS = (
    "", "open/", "find/?need=34", "find/?i=3,4", "find/?place=arnhem", "i/3/", "i/4/", "i/4/card/",
    "i/4/wrong/", "i/4/thanks/", "place/", "all/", "safety/", "about/", "m/utrecht/", "nothing/",
)  # fmt: skip

# Words for violence, sex, asylum and the subject of these pages, in the ten languages.
TELLING = (
    "violen|geweld|sex|seks|rape|verkracht|abuse|misbruik|mishandel|asyl|asiel|refugee|vlucht|"
    "victim|slachtoffer|survivor|shelter|opvang|politie|police|"
    "عنف|جنس|اغتصاب|لجوء|ضحي|اعتداء|شرطة|"
    "ዓመጽ|ጾታ|ምዕማጽ|ዑቕባ|ጥቕዓት|ፖሊስ|"
    "خشونت|جنسی|تجاوز|پناه|قربان|پلیس|"
    "насил|секс|зґвалт|притул|жертв|поліц|"
    "şiddet|siddet|cinsel|tecavüz|iltica|mağdur|sığın|polis|"
    "viol|agress|asile|victime|"
    "rabsho|xadgudub|kufsi|qaxooti|magangelyo|dhibban|booliis|tacaddi|"
    "abus|asilo|agres|víctima|refug"
)
_TELLING = re.compile(TELLING, re.IGNORECASE)


@pytest.mark.parametrize("language", PUBLISHED)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.usefixtures("real_map")
def test_a_title_says_nothing_to_somebody_who_looks_at_the_history(
    visit: Visit, language: str, path: str
) -> None:
    page = visit.get(f"/{language}/{path}", expect=404 if path == "nothing/" else 200)
    [title] = page.select("title")

    assert not _TELLING.search(words(title)), words(title)
    for name, value in visit.answer.headers.items():
        assert not _TELLING.search(f"{name}: {value}"), name


@pytest.mark.usefixtures("real_map")
def test_titles_tell_pages_apart(visit: Visit) -> None:
    titles = [words(visit.get(f"/en/{path}").select("title")[0]) for path in PATHS[:-1]]
    apart = dict(zip(PATHS[:-1], titles, strict=True))

    assert len({apart[path] for path in ("", "find/?need=34", "i/3/", "i/4/", "safety/")}) == 5


def test_file_names_and_addresses_say_nothing() -> None:
    house = Path(__file__).parents[1] / "samen"
    shown = [path.name for path in house.glob("*/static/**/*")]
    addresses = (house / "finder" / "public" / "urls.py").read_text()

    assert not [name for name in shown if _TELLING.search(name)]
    assert not _TELLING.search("".join(re.findall(r'path\("([^"]*)"', addresses)))


@pytest.mark.usefixtures("real_map")
def test_the_numbers_of_the_strip_are_those_of_the_map() -> None:
    from samen.directory.models import Phone  # noqa: PLC0415  (after the settings)

    for line in LINES:
        numbers = Phone.objects.filter(service__key=line.service, confirmed=True)
        assert line.number in numbers.values_list("number", flat=True)
