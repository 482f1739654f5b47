"""The worker makes the map as files. Written beside and moved over: an edition is whole or is not.

Whatever kills it leaves the edition of before and a folder that the next round sweeps away.
"""

import csv
import io
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings

from samen.directory import queries as directory
from samen.exchange import queries
from samen.exchange.queries import downloads
from samen.exchange.queries.downloads import ABOUT, CSV, HSDS, IDS, XLSX, Held
from samen.exchange.rules import tables
from samen.exchange.rules.tables import Edition, Flat
from samen.foundation.clock import AMSTERDAM
from samen.foundation.sheets import CsvSheet, XlsxSheet

# A map that changes all day is made anew so often; what was taken away, at once.
EVERY = timedelta(hours=1)
_MAKING = ".making-"
_ABANDONED = timedelta(hours=6)


def keep_downloads(*, at: datetime) -> int:
    """Make the files of the map when it is time; how many were made."""
    newest = downloads.held()
    if newest is not None and downloads.was_recalled(newest):
        # First away with it, whatever becomes of the next.
        shutil.rmtree(newest.folder, ignore_errors=True)
        newest = None
    _sweep(at, keep=newest)
    revision = directory.revision()
    folder = downloads.folder_of(revision)
    if folder is None or not _is_due(newest, revision, at):
        return 0
    edition = _edition(revision, at)
    making = Path(mkdtemp(prefix=_MAKING, dir=downloads.root()))
    try:
        _make(making, edition)
        making.chmod(0o755)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    _sweep(at, keep=Held(folder, revision, at))
    return len(downloads.FILES)


def _is_due(newest: Held | None, revision: int, at: datetime) -> bool:
    if newest is None:
        return True
    # A clock that was set back must not stop it for hours.
    return newest.revision != revision and not newest.at <= at < newest.at + EVERY


def _edition(revision: int, at: datetime) -> Edition:
    return Edition(
        at=at.astimezone(AMSTERDAM),
        revision=revision,
        publisher=settings.PUBLISHER_NAME,
        publisher_id=settings.PUBLISHER_ID,
        site=settings.SITE,
        licence=settings.LICENCE,
    )


def _sweep(at: datetime, *, keep: Held | None) -> None:
    """Older editions, those of another map, and what was begun and never ended."""
    downloads.root().mkdir(parents=True, exist_ok=True)
    for folder in downloads.root().iterdir():
        begun = datetime.fromtimestamp(folder.stat().st_mtime, tz=at.tzinfo)
        is_being_made = folder.name.startswith(_MAKING) and abs(at - begun) < _ABANDONED
        if not is_being_made and (keep is None or folder != keep.folder):
            shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path, edition: Edition) -> None:
    """Every document is read once, and written to all of them."""
    with ExitStack() as files:
        open_here = _Opener(folder, files)
        rows = {name: open_here.table(table.file) for name, table in tables.tables().items()}
        sheet = CsvSheet(open_here.binary(CSV), tables.COLUMNS)
        book = XlsxSheet(tables.COLUMNS, title="Samen")
        ids, flat = open_here.binary(IDS), Flat()
        for name, table in tables.tables().items():
            rows[name].writerow(table.columns)
        rows["meta_table_description"].writerows(tables.about_the_tables())
        for document in _documents(ids):
            for name, cells in flat.rows(document):
                rows[name].writerow(cells)
            person = tables.for_people(document, edition)
            sheet.add(person)
            book.add(person)
        sheet.end()
        book.end(
            open_here.binary(XLSX), explanation=edition.in_words(), explained_in="Over dit bestand"
        )
    _pack(folder, edition)
    about = {"created": edition.at.isoformat(), "revision": edition.revision}
    (folder / ABOUT).write_text(json.dumps(about))
    _onto_the_disk(folder)


class _Opener:
    def __init__(self, folder: Path, files: ExitStack) -> None:
        self._folder, self._files = folder, files

    def binary(self, name: str) -> IO[bytes]:
        return self._files.enter_context((self._folder / name).open("wb"))

    def table(self, name: str) -> Any:
        out = (self._folder / name).open("w", encoding="utf-8", newline="")
        return csv.writer(self._files.enter_context(out))


def _documents(ids: IO[bytes]) -> Iterable[Mapping[str, Any]]:
    for chunk in downloads.published():
        made = queries.documents(chunk)
        for service in chunk:
            if service in made:
                ids.write(service.bytes)
                yield json.loads(made[service])


def _pack(folder: Path, edition: Edition) -> None:
    names = [table.file for table in tables.tables().values()]
    with ZipFile(folder / HSDS, "w", ZIP_DEFLATED) as packed:
        described = json.dumps(tables.descriptor(edition), indent=2, ensure_ascii=False)
        packed.writestr("datapackage.json", described)
        words = io.StringIO()
        words.writelines(f"{name}: {said}\n" for name, said in edition.in_words())
        packed.writestr("LICENCE.txt", words.getvalue())
        for name in names:
            packed.write(folder / name, name)
    for name in names:
        (folder / name).unlink()


def _onto_the_disk(folder: Path) -> None:
    for file in folder.iterdir():
        with file.open("rb") as there:
            os.fsync(there.fileno())
