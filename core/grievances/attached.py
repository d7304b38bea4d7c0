"""Files that are attached to a complaint: told by what is in them, and held to what such a file is made of.

Pictures are put together anew from the parts that show them: where and with what they were taken stays out, and so does
whatever stands behind their end. A PDF is kept as it is, without anything that runs, opens or hides another file.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.platform.errors import JigiError
from core.text.words import DESK, Word, called

LARGEST: Final = 5 * 1024 * 1024
"""Octets of a file that is attached."""


class AttachedKind(Word):
    """What a file is, by what is in it."""

    JPEG = "jpeg"
    PNG = "png"
    PDF = "pdf"


class AttachedFault(Word):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too large"
    OTHER_KIND = "other kind"
    BROKEN = "broken"
    ACTIVE = "active"


called(AttachedKind, DESK, {AttachedKind.JPEG: "photo", AttachedKind.PNG: "image", AttachedKind.PDF: "PDF"})
called(
    AttachedFault,
    DESK,
    {
        AttachedFault.EMPTY: "Choisissez un fichier.",
        AttachedFault.TOO_LARGE: "Le fichier est trop grand : 5 Mo au plus.",
        AttachedFault.OTHER_KIND: "Ce n'est ni une photo (JPEG, PNG) ni un PDF, quel que soit son nom.",
        AttachedFault.BROKEN: "Le fichier est abîmé : prenez la photo ou faites le PDF à nouveau.",
        AttachedFault.ACTIVE: "Ce PDF est chiffré, ou porte un programme ou un fichier : imprimez-le en PDF simple.",
    },
)

MEDIA_TYPES: Final = {
    AttachedKind.JPEG: "image/jpeg",
    AttachedKind.PNG: "image/png",
    AttachedKind.PDF: "application/pdf",
}
SUFFIXES: Final = {AttachedKind.JPEG: ".jpg", AttachedKind.PNG: ".png", AttachedKind.PDF: ".pdf"}


class NotAttachable(JigiError, ValueError):
    """A file is not taken; `fault` says why."""

    def __init__(self, fault: AttachedFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file as it is kept."""

    kind: AttachedKind
    content: bytes


def attachable(content: bytes) -> AttachedFile:
    """The file as it is kept; raises NotAttachable. What it was called says nothing and is not asked."""
    if not content:
        raise NotAttachable(AttachedFault.EMPTY)
    if len(content) > LARGEST:
        raise NotAttachable(AttachedFault.TOO_LARGE)
    if content.startswith(JPEG):
        return AttachedFile(AttachedKind.JPEG, _jpeg(content))
    if content.startswith(PNG):
        return AttachedFile(AttachedKind.PNG, _png(content))
    if content.startswith(PDF):
        return AttachedFile(AttachedKind.PDF, _pdf(content))
    raise NotAttachable(AttachedFault.OTHER_KIND)


JPEG: Final = b"\xff\xd8\xff"
SOS, EOI = 0xDA, 0xD9
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of how the picture is coded and how large it is; a picture has one."""

COMMENTS: Final = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})
"""APP1 to APP13, APP15 and COM: where it was taken, with what, a smaller picture of before. APP14 says its colours."""


def _jpeg(content: bytes) -> bytes:
    """A JPEG without its comments and what stands behind its end (ITU-T T.81, annex B)."""
    kept, at, frames = [content[:2]], 2, 0
    while True:
        if len(content) < at + 4 or content[at] != 0xFF:
            raise NotAttachable(AttachedFault.BROKEN)
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(content) or not 0xC0 <= marker <= 0xFE or marker in (0xD8, EOI):
            raise NotAttachable(AttachedFault.BROKEN)
        frames += marker in FRAMES
        if marker == SOS:
            break
        if marker not in COMMENTS:
            kept.append(content[at:end])
        at = end
    last = content.rfind(bytes((0xFF, EOI)))
    if frames != 1 or last < end:
        raise NotAttachable(AttachedFault.BROKEN)
    return b"".join((*kept, content[at : _first_end(content, end)]))


def _first_end(content: bytes, at: int) -> int:
    """Where the coded picture ends; what stands behind it is none of it."""
    return content.index(bytes((0xFF, EOI)), at) + 2


PNG: Final = b"\x89PNG\r\n\x1a\n"
SHOWS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"})
"""The chunks that a picture is shown from (W3C PNG, 11); texts, days and EXIF are none of them."""


def _png(content: bytes) -> bytes:
    """A PNG of the chunks that show it."""
    chunks = list(_chunks(content))
    names = [name for name, _ in chunks]
    if not names or names[0] != b"IHDR" or names[-1] != b"IEND" or b"IDAT" not in names:
        raise NotAttachable(AttachedFault.BROKEN)
    return PNG + b"".join(chunk for name, chunk in chunks if name in SHOWS)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        name, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            break
        (sum_,) = struct.unpack_from(">I", content, end - 4)
        if zlib.crc32(content[at + 4 : end - 4]) != sum_:
            break
        yield name, content[at:end]
        if name == b"IEND":
            return
        at = end
    raise NotAttachable(AttachedFault.BROKEN)


PDF: Final = b"%PDF-"
ENDS_WITHIN: Final = 2048
UNPACKED: Final = 20 * 1024 * 1024
"""Octets of all object streams of a PDF together; a larger one packs a bomb."""

NAME: Final = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]+)")
HEX: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
OBJECTS: Final = re.compile(rb"/ObjStm\b(.{0,2000}?)stream\r?\n", re.DOTALL)
ACTS: Final = frozenset(
    (
        b"JavaScript", b"JS", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia", b"XFA", b"OpenAction", b"AA",
        b"SubmitForm", b"ImportData", b"GoToE", b"GoToR", b"Movie", b"Sound", b"Encrypt",
    )
)  # fmt: skip
"""Names of what runs, leads elsewhere, carries a file, or hides the rest (ISO 32000-1, 7.5 to 13)."""


def _pdf(content: bytes) -> bytes:
    """A PDF in which nothing acts."""
    if b"%%EOF" not in content[-ENDS_WITHIN:] or b"endobj" not in content:
        raise NotAttachable(AttachedFault.BROKEN)
    left = UNPACKED
    parts = [_without_streams(content)]
    for stream in OBJECTS.finditer(content):
        unpacked = _unpacked(content[stream.end() :], left)
        left -= len(unpacked)
        parts.append(unpacked)
    if any(_name(name) in ACTS for part in parts for name in NAME.findall(part)):
        raise NotAttachable(AttachedFault.ACTIVE)
    return content


STREAM: Final = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)


def _without_streams(content: bytes) -> bytes:
    """What is no picture or page: names stand there in plain octets."""
    return STREAM.sub(b"", content)


def _unpacked(packed: bytes, most: int) -> bytes:
    """The objects of a stream; one that is packed in another way than Flate, or too much, may hide anything."""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(packed, most + 1)
    except zlib.error as error:
        raise NotAttachable(AttachedFault.ACTIVE) from error
    if len(unpacked) > most or not unpacker.eof:
        raise NotAttachable(AttachedFault.ACTIVE)
    return unpacked


def _name(written: bytes) -> bytes:
    """A name without its escapes: `/J#53` is `/JS`."""
    return HEX.sub(lambda pair: bytes.fromhex(pair[1].decode()), written)
