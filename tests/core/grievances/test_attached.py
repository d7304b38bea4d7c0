"""What may be attached: told by what is in it, never by its name; pictures keep nothing but the picture."""

import struct
import zlib

import pytest

from core.grievances.attached import LARGEST, AttachedFault, AttachedKind, NotAttachable, attachable


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


HEAD, LAST = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), chunk(b"IEND", b"")
DATA = chunk(b"IDAT", zlib.compress(b"\0\0"))
PNG = b"\x89PNG\r\n\x1a\n" + HEAD + DATA + LAST
FRAME, SCAN = segment(0xC0, bytes(9)), segment(0xDA, bytes(6)) + b"\x12\x34\xff\xd9"
JPEG = b"\xff\xd8" + segment(0xE0, b"JFIF\0" + bytes(9)) + FRAME + SCAN
PDF = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "kind"), [(PNG, AttachedKind.PNG), (JPEG, AttachedKind.JPEG), (PDF, AttachedKind.PDF)]
)
def test_what_is_plain_is_kept_as_it_is(content: bytes, kind: AttachedKind) -> None:
    file = attachable(content)
    assert (file.kind, file.content) == (kind, content)


def test_a_picture_keeps_nothing_of_where_and_with_what_it_was_taken_nor_what_stands_behind_it() -> None:
    exif = segment(0xE1, b"Exif\0\0 12.64 N 8.00 W") + segment(0xFE, b"by Awa")
    told = b"\xff\xd8" + segment(0xE0, b"JFIF\0" + bytes(9)) + exif + FRAME + SCAN + b"PK\x03\x04 a zip"
    assert attachable(told).content == JPEG
    text = b"\x89PNG\r\n\x1a\n" + HEAD + chunk(b"tEXt", b"Author\0Awa") + chunk(b"eXIf", b"here") + DATA + LAST
    assert attachable(text + b"<script>").content == PNG


def packed(objects: bytes) -> bytes:
    """A PDF whose objects are packed in a stream."""
    stream = zlib.compress(objects)
    return PDF.replace(
        b"trailer", b"3 0 obj\n<</Type/ObjStm/N 1>>\nstream\n" + stream + b"\nendstream\nendobj\ntrailer"
    )


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", AttachedFault.EMPTY),
        (JPEG + bytes(LARGEST), AttachedFault.TOO_LARGE),
        (b"<html><script>alert(1)</script>", AttachedFault.OTHER_KIND),
        (b"GIF89a", AttachedFault.OTHER_KIND),
        (b"<svg onload='alert(1)'/>", AttachedFault.OTHER_KIND),
        (JPEG[:40], AttachedFault.BROKEN),
        (JPEG.removesuffix(b"\xff\xd9"), AttachedFault.BROKEN),
        (JPEG.replace(FRAME, b""), AttachedFault.BROKEN),
        (PNG.replace(DATA, DATA[:-1] + b"x"), AttachedFault.BROKEN),
        (PNG.replace(DATA, b""), AttachedFault.BROKEN),
        (PDF.replace(b"%%EOF", b""), AttachedFault.BROKEN),
        (PDF.replace(b"/Type", b"/OpenAction 9 0 R/Type"), AttachedFault.ACTIVE),
        (PDF.replace(b"/Type", b"/J#53 (app.alert(1))/Type"), AttachedFault.ACTIVE),
        (PDF.replace(b"/Type", b"/EmbeddedFiles 9 0 R/Type"), AttachedFault.ACTIVE),
        (PDF.replace(b"trailer<<", b"trailer<</Encrypt 9 0 R"), AttachedFault.ACTIVE),
        (packed(b"9 0 <</S/JavaScript/JS(app.alert(1))>>"), AttachedFault.ACTIVE),
        (packed(bytes(25_000_000)), AttachedFault.ACTIVE),
    ],
)
def test_what_is_another_thing_broken_or_acts_is_refused(content: bytes, fault: AttachedFault) -> None:
    with pytest.raises(NotAttachable) as refused:
        attachable(content)
    assert refused.value.fault is fault


def test_objects_that_are_packed_and_only_show_are_taken() -> None:
    assert attachable(packed(b"9 0 <</Type/Page>>")).kind is AttachedKind.PDF
