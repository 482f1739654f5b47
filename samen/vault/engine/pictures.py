"""A picture made anew: what it shows stays, where and with what it was taken does not."""

from io import BytesIO

from PIL import Image, ImageOps

from samen.vault.rules import LARGEST_PICTURE, PICTURES, BadFile


def made_anew(content: bytes, kind: str) -> bytes:
    """The same picture in the same format, upright, with nothing beside it. Raises BadFile."""
    try:
        with Image.open(BytesIO(content), formats=[PICTURES[kind]]) as picture:
            too_large = picture.width * picture.height > LARGEST_PICTURE
            made = b"" if too_large else _drawn(picture, kind)
    except Exception:  # noqa: BLE001 a hostile file may break a decoder in any way
        raise BadFile from None
    if too_large:
        raise BadFile
    return made


def _drawn(picture: Image.Image, kind: str) -> bytes:
    upright = ImageOps.exif_transpose(picture)
    mode = "RGB" if kind == "image/jpeg" else "RGBA"
    bare = upright if upright.mode in {"L", "RGB"} else upright.convert(mode)
    fresh = Image.new(bare.mode, bare.size)
    fresh.paste(bare)
    out = BytesIO()
    fresh.save(out, PICTURES[kind])
    return out.getvalue()
