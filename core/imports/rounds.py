"""The names of payment rounds in a file: spellings of one round are one, and a round made anew is named."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import AsyncConnection, sql

from core.imports.remarks import Remark
from core.platform.sql import row_factory

_PART: Final = re.compile(r"\d+|[^\W\d_]+")
_LETTER_FOR_ZERO: Final = re.compile(r"(?<=\d)o(?=\d|\b)", re.IGNORECASE)

STAGED: Final = """
SELECT component, round AS name, min(line) AS line, count(*) AS payments FROM staged GROUP BY 1, 2 ORDER BY 3
"""
KNOWN: Final = "SELECT component, name, 0 AS line, 0 AS payments FROM payment_round ORDER BY id"
RENAMED: Final = "UPDATE staged SET round = %(name)s WHERE component = %(component)s AND round = %(spelling)s"


@dataclass(frozen=True, slots=True)
class NamedRound:
    """A round as it is written: the first line with it, and how many payments have it."""

    component: str
    name: str
    line: int
    payments: int


def loose_round(name: str) -> str:
    """The form in which spellings of one round meet: `T3 2027`, `t3-2027` and `T 3 2O27` are all `t 3 2027`."""
    return " ".join(_PART.findall(_LETTER_FOR_ZERO.sub("0", name.casefold())))


async def settle_rounds(connection: AsyncConnection) -> Sequence[Remark]:
    """Give each staged round its one spelling: the one that is known, else the first of the file."""
    async with connection.cursor(row_factory=row_factory(NamedRound)) as cursor:
        known = await (await cursor.execute(KNOWN)).fetchall()
        staged = await (await cursor.execute(STAGED)).fetchall()
    names = one_spelling(known, staged)
    remarks = []
    for each in staged:
        name = names[each.component, each.name]
        if name != each.name:
            values = {"name": name, "component": each.component, "spelling": each.name}
            await connection.execute(sql.SQL(RENAMED), values)
            remarks.append(Remark(each.line, "round", each.name, f"lu comme le tour « {name} »"))
    return [*remarks, *_made_anew(known, staged, names)]


def one_spelling(known: Iterable[NamedRound], staged: Iterable[NamedRound]) -> Mapping[tuple[str, str], str]:
    """What each round is called, by component and name as written; a name that is known is nobody else's spelling."""
    written = [*known, *staged]
    exact = {(each.component, each.name) for each in known}
    first: dict[tuple[str, str], str] = {}
    for each in written:
        first.setdefault((each.component, loose_round(each.name)), each.name)
    return {
        (each.component, each.name): each.name
        if (each.component, each.name) in exact
        else first[each.component, loose_round(each.name)]
        for each in written
    }


def _made_anew(
    known: Sequence[NamedRound], staged: Sequence[NamedRound], names: Mapping[tuple[str, str], str]
) -> list[Remark]:
    exact = {(each.component, each.name) for each in known}
    payments: dict[tuple[str, str], int] = {}
    lines: dict[tuple[str, str], int] = {}
    for each in staged:
        named = each.component, names[each.component, each.name]
        payments[named] = payments.get(named, 0) + each.payments
        lines.setdefault(named, each.line)
    return [
        Remark(lines[component, name], "round", f"{component} {name}", f"nouveau tour, {_lines(count)}")
        for (component, name), count in payments.items()
        if (component, name) not in exact
    ]


def _lines(count: int) -> str:
    return "1 ligne" if count == 1 else f"{count} lignes"
