"""Files of services that focal persons send people to: `service, kind, place, phone`, in French or English.

They come in by the page of the directory, which focal persons alone see, and not by the desk's other imports.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.files.cells import UnreadableFile
from core.files.limits import Limits
from core.files.opening import opened
from core.grievances.models import ReferralService, ServiceKind
from core.imports import values
from core.imports.layout import Column
from core.imports.rows import Problem, RowReader, wanted
from core.imports.templates import template_of
from core.numbers.msisdn import local
from core.text.words import DESK, label

LONGEST: Final = 80
MOST: Final = 500
"""Services of one file."""

KINDS: Final = {kind.value: label(kind, DESK) for kind in ServiceKind}


def _phone(text: str) -> str:
    """A telephone of Mali as it is dialled, or a short number of three to five digits."""
    if text.isascii() and text.isdigit() and len(text) in SHORT_NUMBERS:
        return text
    return local(values.phone(text))


SHORT_NUMBERS: Final = range(3, 6)
COLUMNS: Final[Sequence[Column]] = (
    Column("service", values.words(LONGEST), french="service", others=("nom", "name"), example="CSRéf de Kati"),
    Column(
        "kind",
        values.word_of(KINDS),
        french="ce_qu_il_fait",
        others=("genre", "type"),
        choices=tuple(KINDS.values()),
        example=KINDS[ServiceKind.HEALTH.value],
    ),
    Column("place", values.words(LONGEST), french="lieu", example="Kati"),
    Column("phone", _phone, needed=False, french="telephone", example="20 22 00 00"),
)


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service as a file says it; `phone` as it is dialled."""

    name: str
    kind: ServiceKind
    place: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class ServiceFile:
    """What a file would do: what is new, how many are in the directory already, and what is wrong."""

    fresh: Sequence[ServiceLine]
    known: int
    problems: Sequence[Problem]


def template() -> bytes:
    """The workbook to fill in."""
    return template_of("Services", COLUMNS)


async def service_file(path: Path, directory: Iterable[ReferralService]) -> ServiceFile:
    """Look at a file, and write nothing; raises UnreadableFile."""
    lines, problems = await asyncio.to_thread(_read, path)
    held = {(each.name.casefold(), each.kind, each.place.casefold()) for each in directory}
    fresh: dict[tuple[str, ServiceKind, str], ServiceLine] = {}
    for line in lines:
        fresh.setdefault((line.name.casefold(), line.kind, line.place.casefold()), line)
    new = [line for key, line in fresh.items() if key not in held]
    return ServiceFile(new, len(lines) - len(new), problems)


def _read(path: Path) -> tuple[list[ServiceLine], list[Problem]]:
    lines: list[ServiceLine] = []
    problems: list[Problem] = []
    with opened(path, wanted(COLUMNS), Limits(columns=50)) as table:
        reader = RowReader(COLUMNS, table.header, workbook=table.workbook)
        for row in table.rows:
            if len(lines) + len(problems) >= MOST:
                raise UnreadableFile(f"Plus de {MOST} services : partagez le fichier.")
            read = reader.read(row)
            problems += read.problems
            if read.staged is not None:
                _, _, name, kind, place, phone = read.staged
                lines.append(ServiceLine(str(name), ServiceKind(str(kind)), str(place), str(phone) if phone else None))
    return lines, problems
