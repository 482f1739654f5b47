"""Translations: of what visitors read in ten languages, of the desk in two.

messages.py compile   turn catalogues into what Django reads; needs no gettext
messages.py check     every sentence in every language, sound and up to date
messages.py update    gather new words into the catalogues; needs gettext
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from samen.foundation.languages import LANGUAGES, PUBLISHED  # noqa: E402 after the path is known

# What a visitor reads is there in every language, or it is not published; but for what verbs say.
ROOMS = ("theme", "finder", "foundation", "directory", "needs", "places", "search")
# What colleagues read at the desk is there in English and Dutch; of these rooms, what visitors
# read lies in folders named "public" and is there in every language.
DESK_ROOMS = ("config", "people", "stewardship", "exchange")
DESK_LANGUAGES = ("nl",)
SOURCE = "en"
TRANSLATED = [tag for tag in PUBLISHED if tag != SOURCE]
# Languages whose plurals Django does not know, from the CLDR.
PLURALS = {"ti": "nplurals=2; plural=(n > 1);", "so": "nplurals=2; plural=(n != 1);"}
# A name or a short word may be the same in two languages; so many words are not.
SENTENCE = 3

Key = tuple[str | None, str]  # context and original


# Compile


def compile_all() -> None:
    for catalogue in sorted(ROOT.glob("samen/*/locale/*/LC_MESSAGES/django.po")):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime > catalogue.stat().st_mtime:
            continue
        # Written beside and moved over: a server that starts meanwhile reads a whole file.
        with tempfile.NamedTemporaryFile(dir=catalogue.parent, delete=False) as fresh:
            write_mo(fresh, read(catalogue))
        Path(fresh.name).chmod(0o644)
        Path(fresh.name).replace(compiled)


def read(catalogue: Path) -> Catalog:
    with catalogue.open("rb") as file:
        return read_po(file)


# Check


def check_all() -> list[str]:
    return [problem for room in (*ROOMS, *DESK_ROOMS) for problem in check_room(room)]


def check_room(room: str) -> Iterator[str]:
    """Sentences that say what is wrong with the catalogues of one room."""
    folder = ROOT / "samen" / room
    paths = {tag: folder / "locale" / tag / "LC_MESSAGES" / "django.po" for tag in TRANSLATED}
    catalogues = {tag: read(path) for tag, path in paths.items() if path.exists()}
    sources = gathered(folder) if shutil.which("xgettext") else joined(catalogues.values())
    for tag in TRANSLATED:
        where = f"{room} {tag}"
        wanted = {key(message) for message in sources if message.id and is_for(message, room, tag)}
        if tag in catalogues:
            yield from (f"{where}: {p}" for p in check_catalogue(catalogues[tag], tag, wanted))
        elif wanted:
            yield f"{where}: there is no catalogue, and {len(wanted)} sentences to translate"


def joined(catalogues: Iterable[Catalog]) -> Catalog:
    """Without gettext: whatever any of the languages has."""
    everything = Catalog()
    for message in (message for catalogue in catalogues for message in catalogue if message.id):
        everything.add(message.id, locations=message.locations, context=message.context)
    return everything


def is_for(message: Message, room: str, tag: str) -> bool:
    """Whether a sentence of this room is there in this language."""
    folders = [Path(path).parts for path, _line in message.locations]
    if tag in DESK_LANGUAGES or any("public" in parts for parts in folders):
        return True
    # Why a change is refused is said to colleagues alone.
    return room in ROOMS and not (folders and all("actions" in parts for parts in folders))


def check_catalogue(catalogue: Catalog, tag: str, wanted: set[Key]) -> Iterator[str]:
    have = keys(catalogue)
    yield from (f"not in the catalogue: {key[1]!r}" for key in sorted(wanted - have, key=str))
    yield from (f"no longer used: {key[1]!r}" for key in sorted(have - wanted, key=str))
    if catalogue.obsolete:
        yield f"{len(catalogue.obsolete)} old sentences at the end; `make messages` removes them"
    if str(catalogue.locale) != tag:
        yield f"its header says that it is in {catalogue.locale}"
    for message in catalogue:
        if message.id:
            yield from (f"{p}: {first(message)!r}" for p in check_message(message, tag))


def check_message(message: Message, tag: str) -> Iterator[str]:
    string = message.string or ""
    translations = [string] if isinstance(string, str) else list(string)
    if not all(translations):
        yield "not translated"
        return
    if message.fuzzy:
        yield "a guess, marked fuzzy"
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    if unnamed := [text for text in originals if re.search(r"%[sd]|\{\}", text)]:
        yield f"placeholder without a name in {unnamed[0]!r}"
    for translation in translations:
        yield from check_placeholders(originals, translation, last=translation == translations[-1])
        yield from check_translation(originals, translation, tag)


def check_placeholders(originals: list[str], translation: str, *, last: bool) -> Iterator[str]:
    """The same ones; but "two places" is one word in Arabic, without a number in it.

    So of several plural forms, all but the last may leave one out.
    """
    needed = set.intersection(*(placeholders(text) for text in originals))
    allowed = set.union(*(placeholders(text) for text in originals))
    have = placeholders(translation)
    if len(needed - have) > (0 if last else 1) or have - allowed:
        yield f"other placeholders {sorted(have ^ needed)} in {translation!r}"


def check_translation(originals: list[str], translation: str, tag: str) -> Iterator[str]:
    if markup(translation) not in [markup(text) for text in originals]:
        yield f"other tags in {translation!r}"
    if translation in originals:
        if len(plain(translation).split()) >= SENTENCE:
            yield "still in English"
    elif not in_script(translation, LANGUAGES[tag].script):
        yield f"not a letter of the language's own script in {translation!r}"


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))


def markup(text: str) -> Counter[str]:
    return Counter(re.findall(r"<[^<>]+>", text))


def plain(text: str) -> str:
    return re.sub(r"%\(\w+\)[sd]|\{\w+\}|<[^<>]+>", " ", text)


def in_script(text: str, script: str) -> bool:
    start = {"Arab": "ARABIC", "Ethi": "ETHIOPIC", "Cyrl": "CYRILLIC", "Latn": "LATIN"}[script]
    letters = [letter for letter in plain(text) if letter.isalpha()]
    return not letters or any(unicodedata.name(letter).startswith(start) for letter in letters)


def keys(catalogue: Catalog) -> set[Key]:
    return {key(message) for message in catalogue if message.id}


def key(message: Message) -> Key:
    return (message.context, first(message))


def first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


# Gather


def gathered(folder: Path) -> Catalog:
    """The words in the sources of a room, without touching the room."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("locale", "tests", "*.pyc"))
        makemessages(copy, [SOURCE], "--keep-pot")
        template = copy / "locale" / "django.pot"
        if not template.exists():
            return Catalog()
        # gettext leaves the plurals of a template open; the words are in English.
        english = template.read_text().replace("nplurals=INTEGER; plural=EXPRESSION", PLURALS["so"])
        template.write_text(english)
        return read(template)


def makemessages(folder: Path, tags: list[str], *more: str) -> None:
    (folder / "locale").mkdir(exist_ok=True)
    subprocess.run(
        [
            *(sys.executable, "-m", "django", "makemessages", "--verbosity=0", "--ignore=tests"),
            *("--no-wrap", "--add-location=file", "--no-obsolete"),
            *(f"--locale={tag}" for tag in tags),
            *more,
        ],
        cwd=folder,
        check=True,
        # Without settings, so that it looks at this folder only.
        env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
    )


def update_all() -> None:
    for room in (*ROOMS, *DESK_ROOMS):
        folder = ROOT / "samen" / room
        sources = [message for message in gathered(folder) if message.id]
        tags = [tag for tag in TRANSLATED if any(is_for(m, room, tag) for m in sources)]
        if not tags:
            continue
        makemessages(folder, tags)
        for tag in tags:
            tidy(folder / "locale" / tag / "LC_MESSAGES" / "django.po", tag, room)


def tidy(catalogue: Path, tag: str, room: str) -> None:
    """Keep what this language needs, and of the header what machines need.

    So there are no names, and no dates that change by themselves.
    """
    head, _, body = catalogue.read_text().lstrip().partition("\n\n")
    # A long line of the header may be broken in two: joined again before it is read.
    plural = re.search(r"Plural-Forms: (.+?)\\n", head.replace('"\n"', ""))
    header = (
        'msgid ""',
        'msgstr ""',
        rf'"Language: {tag}\n"',
        r'"MIME-Version: 1.0\n"',
        r'"Content-Type: text/plain; charset=UTF-8\n"',
        r'"Content-Transfer-Encoding: 8bit\n"',
        rf'"Plural-Forms: {PLURALS.get(tag) or (plural and plural[1])}\n"',
    )
    entries = [
        without_guess(entry) for entry in body.split("\n\n") if entry_is_for(entry, room, tag)
    ]
    catalogue.write_text("\n\n".join(["\n".join(header), *entries]).rstrip("\n") + "\n")


def without_guess(entry: str) -> str:
    """A translation that gettext took from a sentence like it is none: somebody has to write it."""
    if not re.search(r"^#, .*fuzzy", entry, re.MULTILINE):
        return entry
    lines = [line for line in entry.splitlines() if not line.startswith("#|")]
    kept = "\n".join(lines).replace("#, fuzzy, ", "#, ").replace("#, fuzzy\n", "")
    before, first, after = kept.partition("msgstr")
    emptied = re.sub(
        r'^(msgstr(\[\d\])?) ".*"(\n".*")*', r'\1 ""', first + after, flags=re.MULTILINE
    )
    return before + emptied


def entry_is_for(entry: str, room: str, tag: str) -> bool:
    where = re.findall(r"^#: (.+)$", entry, re.MULTILINE)
    locations = [(path, 1) for line in where for path in line.split()]
    return is_for(Message("", locations=locations), room, tag)


def main() -> int:
    match sys.argv[1:]:
        case ["compile"]:
            compile_all()
        case ["check"]:
            problems = check_all()
            print(*problems, sep="\n", end="\n" if problems else "")
            return 1 if problems else 0
        case ["update"]:
            update_all()
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
