"""A file is taken in by what it is, lies sealed, and leaves as something no browser runs."""

import os
import re
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadhandler import StopUpload
from django.http import StreamingHttpResponse
from django.test import RequestFactory, override_settings
from PIL import Image, PngImagePlugin

from samen.foundation.actor import job
from samen.vault import actions
from samen.vault.actions import (
    Altered,
    BadFile,
    Gone,
    NoGrant,
    NotYours,
    contents,
    ground,
    sealed_files,
)
from samen.vault.http import as_download
from samen.vault.models import File
from samen.vault.rules import LARGEST_FILE, kind_of
from samen.vault.tests import make
from samen.vault.tests.make import AT, Colleague

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"het adres van Amina\n" * 20_000
CANARY = b"het adres van Amina"
HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "samen.vault.http.uploads.SealedUploads",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.VAULT_FILES = tmp_path / "files"
    return tmp_path / "files"


def add(one: Colleague, record: UUID, content: bytes = PDF, name: str = "naam.pdf") -> UUID:
    chunks = [content[at : at + 70_000] for at in range(0, len(content), 70_000)]
    return actions.add_file(**one.opens(), record_id=record, name=name, chunks=chunks)


def content(one: Colleague, record: UUID, file: UUID) -> bytes:
    opened = actions.open_file(**one.opens(), record_id=record, file_id=file)
    return b"".join(opened.chunks)


def picture(kind: str, size: tuple[int, int] = (40, 30), **beside: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (200, 20, 20)).save(out, kind, **beside)
    return out.getvalue()


def test_a_file_comes_out_as_it_went_in_for_who_has_the_record() -> None:
    sara, mo, eve = make.team(3)
    record = make.record(sara, mo)
    file = add(sara, record)
    opened = actions.open_file(**mo.opens(), record_id=record, file_id=file)

    assert (opened.name, opened.kind, opened.size) == ("naam.pdf", "application/pdf", len(PDF))
    assert b"".join(opened.chunks) == PDF
    with pytest.raises(NoGrant):
        content(eve, record, file)
    with pytest.raises(NoGrant):
        content(sara, record, uuid4())
    with pytest.raises(NoGrant):
        add(eve, record)
    with pytest.raises(NotYours):
        actions.add_file(
            keyring=sara.keyring, record_id=record, name="", chunks=[PDF], by=eve.actor, at=AT
        )


def test_nothing_of_it_lies_on_the_disk(folder: Path) -> None:
    sara = make.colleague()
    file = add(sara, make.record(sara))
    kept = [path for path in folder.rglob("*") if path.is_file()]

    assert [path.name for path in kept] == [f"{file}.1"]
    assert CANARY not in kept[0].read_bytes()
    assert kept[0].stat().st_mode & 0o777 == 0o600
    assert kept[0].stat().st_size != len(PDF)


def test_after_somebody_left_the_files_open_for_the_others() -> None:
    sara, mo = make.team(2)
    record = make.record(sara, mo)
    file = add(sara, record)
    actions.end_access(**sara.opens(), record_ids=[record], member=mo.id)
    actions.reencrypt(**sara.opens(), limit=1)

    assert content(sara, record, file) == PDF
    with pytest.raises(NoGrant):
        content(mo, record, file)


def test_after_somebody_left_the_content_lies_under_a_new_key_too(
    folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """Who kept the key of before and can read the disk finds nothing that it opens."""
    sara, mo = make.team(2)
    record = make.record(sara, mo)
    file = add(sara, record)
    old = contents.held(mo.keyring, [record], at=AT)[0].key
    actions.end_access(**sara.opens(), record_ids=[record], member=mo.id)
    assert b"".join(sealed_files.opened(file, 1, old, len(PDF))) == PDF
    with django_capture_on_commit_callbacks(execute=True):
        actions.reencrypt(**sara.opens(), limit=1)

    assert [path.name for path in folder.rglob("*") if path.is_file()] == [f"{file}.2"]
    assert content(sara, record, file) == PDF
    for epoch in (1, 2):
        with pytest.raises(Altered):
            sealed_files.opened(file, epoch, old, len(PDF))


def test_killed_before_the_new_copy_counts_the_old_one_is_read(folder: Path) -> None:
    sara, mo = make.team(2)
    record = make.record(sara, mo)
    file = add(sara, record)
    actions.end_access(**sara.opens(), record_ids=[record], member=mo.id)
    half = sealed_files.path_of(file, 2)
    half.write_bytes(b"half")
    assert content(sara, record, file) == PDF
    actions.reencrypt(**sara.opens(), limit=1)
    assert content(sara, record, file) == PDF
    # What was left behind by a kill after the new one counts goes within a day.
    os.utime(sealed_files.path_of(file, 1), (1, 1))
    assert actions.forget_loose_files() == 1
    assert [path for path in folder.rglob("*") if path.is_file()] == [half]


def test_a_changed_file_stops_the_new_key_of_its_record_only() -> None:
    sara, mo = make.team(2)
    records = [make.record(sara, mo) for _ in range(2)]
    file, other = (add(sara, record) for record in records)
    actions.end_access(**sara.opens(), record_ids=records, member=mo.id)
    path = sealed_files.path_of(file, 1)
    path.write_bytes(path.read_bytes()[:-1])
    progress = actions.reencrypt(**sara.opens(), limit=5)

    assert (progress.done, set(progress.altered)) == (1, {records[0]})
    assert content(sara, records[1], other) == PDF


def test_a_file_that_is_added_after_somebody_left_is_under_a_new_key() -> None:
    sara, mo = make.team(2)
    record = make.record(sara, mo)
    old = contents.held(mo.keyring, [record], at=AT)[0].key
    actions.end_access(**sara.opens(), record_ids=[record], member=mo.id)
    file = add(sara, record)

    assert content(sara, record, file) == PDF
    with pytest.raises(Altered):
        sealed_files.opened(file, 2, old, len(PDF))


@pytest.mark.parametrize("change", ["bit", "cut", "other", "gone"])
def test_a_changed_file_is_not_begun(change: str) -> None:
    sara = make.colleague()
    record = make.record(sara)
    file, other = add(sara, record), add(sara, record)
    path = sealed_files.path_of(file, 1)
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    if change == "gone":
        path.unlink()
    else:
        others = {"bit": bytes(raw), "cut": bytes(raw[:70_000])}
        path.write_bytes(others.get(change, sealed_files.path_of(other, 1).read_bytes()))

    with pytest.raises(Altered):
        content(sara, record, file)


def test_with_the_record_its_files_are_erased(folder: Path) -> None:
    sara = make.colleague()
    record, stays = make.record(sara), make.record(sara)
    gone, other = add(sara, record), add(sara, stays)
    actions.erase_records(record_ids=[record], by=job("retention"), at=AT)

    assert [path.name for path in folder.rglob("*") if path.is_file()] == [f"{other}.1"]
    assert list(File.objects.values_list("id", flat=True)) == [other]
    with pytest.raises(Gone):
        ground.shred_of(gone)


def test_a_file_without_a_row_is_removed_after_a_day(folder: Path) -> None:
    sara = make.colleague()
    file = add(sara, make.record(sara))
    loose = folder / "ab" / str(uuid4())
    loose.parent.mkdir(exist_ok=True)
    loose.write_bytes(b"sealed")
    assert actions.forget_loose_files() == 0
    os.utime(loose, (1, 1))
    assert actions.forget_loose_files() == 1
    assert sealed_files.path_of(file, 1).exists()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("WEBP"), "image/webp"),
        ("ሰላም\u200f سلام\n".encode(), "text/plain"),
    ],
)
def test_a_kind_is_known_by_its_content(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


HOSTILE = [
    b"",
    b"\0\1\2",
    b"MZ\x90\0" + bytes(100),
    b"PK\3\4" + bytes(100),
    b"\x7fELF" + bytes(50),
    b"GIF89a" + bytes(50),
    b"text with a \0 in it",
    b"\xff\xfe<\0s\0c\0r\0i\0p\0t\0",
    b"\xff\xd8\xff" + b"<script>alert(1)</script>",
    b"\x89PNG\r\n\x1a\n" + b"no picture",
    b"RIFF\0\0\0\0WEBP" + bytes(20),
    picture("PNG")[:-30],
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_not_of_the_list_is_refused_whatever_it_is_called(content: bytes) -> None:
    sara = make.colleague()
    record = make.record(sara)

    with pytest.raises(BadFile):
        add(sara, record, content, name="photo.jpg")
    assert not File.objects.exists()


def test_too_large_is_refused_before_it_is_sealed(folder: Path) -> None:
    sara = make.colleague()
    record = make.record(sara)
    endless = (b"x" * 1_000_000 for _ in iter(int, 1))

    with pytest.raises(BadFile):
        actions.add_file(**sara.opens(), record_id=record, name="x", chunks=endless)
    assert not folder.exists()


def test_a_flood_of_pixels_is_refused() -> None:
    sara = make.colleague()
    record = make.record(sara)
    flood = BytesIO()
    Image.new("1", (30_000, 1_500)).save(flood, "PNG", compress_level=1)

    with pytest.raises(BadFile):
        add(sara, record, flood.getvalue())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_leaves_behind_where_it_was_taken(kind: str) -> None:
    sara = make.colleague()
    record = make.record(sara)
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()  # its description
    exif[0x0112] = 6  # lying on its side
    beside: dict[str, Any] = {"exif": exif}
    if kind == "PNG":
        beside["pnginfo"] = PngImagePlugin.PngInfo()
        beside["pnginfo"].add_text("place", CANARY.decode())
    taken = picture(kind, **beside) + (b"<script>" if kind == "JPEG" else b"")
    assert CANARY in taken
    made = content(sara, record, add(sara, record, taken))

    assert CANARY not in made
    assert b"<script>" not in made
    with Image.open(BytesIO(made)) as again:
        assert (again.format, again.size) == (kind, (30, 40))
        assert not again.getexif()


def test_a_download_is_kept_and_never_shown() -> None:
    sara = make.colleague()
    record = make.record(sara)
    file = add(sara, record, b"<script>alert(1)</script>", 'a"b\r\nX: y/../ሰላም.html')
    opened = actions.open_file(**sara.opens(), record_id=record, file_id=file)
    answer = as_download(opened)

    assert isinstance(answer, StreamingHttpResponse)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"".join(answer) == b"<script>alert(1)</script>"


def uploaded(content: bytes) -> Any:
    file = BytesIO(content)
    file.name = "big.pdf"
    request = RequestFactory().post("/", {"file": file})
    return request.FILES["file"]


@pytest.mark.parametrize("length", [100, 300_000])
def test_an_upload_lies_sealed_while_it_waits(folder: Path, length: int) -> None:
    sent = (CANARY * (length // 10))[:length]
    with override_settings(FILE_UPLOAD_HANDLERS=HANDLERS, FILE_UPLOAD_MAX_MEMORY_SIZE=5000):
        file = uploaded(sent)
    waiting = list(folder.rglob("*"))

    assert not [path for path in waiting if path.is_file() and CANARY in path.read_bytes()]
    assert bool(waiting) == (length > 5000)
    assert b"".join(file.chunks()) == sent
    file.seek(0)
    assert file.read() == sent
    file.close()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_an_upload_that_is_too_large_is_broken_off(folder: Path) -> None:
    with (
        override_settings(FILE_UPLOAD_HANDLERS=HANDLERS, FILE_UPLOAD_MAX_MEMORY_SIZE=5000),
        pytest.raises((StopUpload, KeyError)),
    ):
        uploaded(bytes(LARGEST_FILE + 100_000))
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_djangos_own_way_to_a_temporary_file_is_not_among_the_handlers(settings: Any) -> None:
    assert settings.FILE_UPLOAD_HANDLERS == HANDLERS
    assert re.match(r".*Sealed", settings.FILE_UPLOAD_HANDLERS[-1])
