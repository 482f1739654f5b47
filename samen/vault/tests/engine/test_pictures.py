"""A picture made anew, and an open vault: what they show and what they keep to themselves."""

import pickle
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image, PngImagePlugin

from samen.vault.engine import pictures
from samen.vault.engine.bundle import Bundle
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import Key
from samen.vault.rules import PICTURES, BadFile

RED = (200, 20, 20)
ORIENTATION = 0x0112


def picture(
    kind: str, mode: str = "RGB", size: tuple[int, int] = (40, 30), **beside: object
) -> bytes:
    out = BytesIO()
    colour = RED if mode == "RGB" else None
    shown = Image.new(mode, size, colour) if colour else Image.new(mode, size)
    shown.save(out, kind, **beside)
    return out.getvalue()


def shown(content: bytes) -> Image.Image:
    made = Image.open(BytesIO(content))
    made.load()
    return made


@pytest.mark.parametrize("kind", PICTURES)
def test_it_shows_the_same_in_the_same_format(kind: str) -> None:
    made = shown(pictures.made_anew(picture(PICTURES[kind]), kind))

    assert (made.format, made.size) == (PICTURES[kind], (40, 30))
    pixel = made.convert("RGB").getpixel((20, 15))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(pixel, RED, strict=True))


def test_it_is_turned_upright_and_forgets_which_way_it_was() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    made = shown(pictures.made_anew(picture("JPEG", exif=exif), "image/jpeg"))

    assert made.size == (30, 40)
    assert not made.getexif()


def test_words_beside_a_picture_stay_behind() -> None:
    beside = PngImagePlugin.PngInfo()
    beside.add_text("place", "het adres van Amina")
    made = pictures.made_anew(picture("PNG", pnginfo=beside), "image/png")

    assert b"Amina" not in made
    assert "place" not in shown(made).info


@pytest.mark.parametrize(
    ("kind", "mode", "after"),
    [
        ("image/png", "L", "L"),
        ("image/png", "RGB", "RGB"),
        ("image/png", "P", "RGBA"),
        ("image/png", "LA", "RGBA"),
        ("image/jpeg", "CMYK", "RGB"),
        ("image/jpeg", "L", "L"),
    ],
)
def test_a_picture_of_any_mode_is_drawn(kind: str, mode: str, after: str) -> None:
    assert shown(pictures.made_anew(picture(PICTURES[kind], mode), kind)).mode == after


def test_what_one_can_see_through_stays_so() -> None:
    out = BytesIO()
    Image.new("RGBA", (4, 4), (*RED, 0)).save(out, "PNG")

    assert shown(pictures.made_anew(out.getvalue(), "image/png")).getpixel((1, 1)) == (*RED, 0)


def test_as_many_points_as_may_be_and_not_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LARGEST_PICTURE", 1200)
    assert pictures.made_anew(picture("PNG"), "image/png")

    # And it is not drawn first: that would take the memory it must not have.
    drawn: list[str] = []
    monkeypatch.setattr(pictures, "_drawn", lambda _picture, kind: drawn.append(kind))
    monkeypatch.setattr(pictures, "LARGEST_PICTURE", 1199)
    with pytest.raises(BadFile):
        pictures.made_anew(picture("PNG"), "image/png")
    assert drawn == []


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", picture("PNG")[:60], b"x" * 900])
def test_what_cannot_be_drawn_is_refused(content: bytes) -> None:
    with pytest.raises(BadFile):
        pictures.made_anew(content, "image/png")


def test_a_picture_of_another_kind_than_it_says_is_refused() -> None:
    with pytest.raises(BadFile):
        pictures.made_anew(picture("JPEG"), "image/png")


def test_an_open_vault_says_whose_it_is_and_nothing_else() -> None:
    root, bundle = Key(b"r" * 32), Bundle.new()
    ring = Keyring(member=UUID(int=5), row=UUID(int=6), generation=3, root=root, bundle=bundle)

    assert (ring.member, ring.row, ring.generation) == (UUID(int=5), UUID(int=6), 3)
    assert ring.root is root
    assert ring.bundle is bundle
    assert repr(ring) == f"<keyring of {UUID(int=5)}>"
    with pytest.raises(TypeError, match=r"^A key stays in the memory of one process\.$"):
        pickle.dumps(ring)
