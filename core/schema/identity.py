"""What a database is, and which programs may run on it.

A database is a demonstration or a programme's own. It becomes one when it is made, and stays so: nothing of a
demonstration is done to a programme's people, and nothing that a programme relies on stands among invented ones.

Programs and tables are upgraded one after the other. The tables name the oldest program that may run on them; a program
knows the oldest tables that it can read. Newer tables that it does not know are no hindrance.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Final

from psycopg.errors import UndefinedTable
from sqlalchemy import CheckConstraint
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Field

from core.platform import sql
from core.platform.columns import TableRow, one_of, stamped
from core.platform.errors import OperatorError
from core.platform.mishaps import REFUSED
from core.platform.settings import Settings
from core.text.words import COMMAND, DESK, Word, called, label

NEEDS: Final = "0056"
"""The oldest tables, by the number of their migration, that this program can run on."""


class DatabaseKind(Word):
    """What the people in a database are."""

    DEMO = "demo"
    PRODUCTION = "production"


called(DatabaseKind, COMMAND, {DatabaseKind.DEMO: "a demonstration", DatabaseKind.PRODUCTION: "a programme's own"})
called(DatabaseKind, DESK, {DatabaseKind.DEMO: "une démonstration", DatabaseKind.PRODUCTION: "celle d'un programme"})


class DatabaseIdentity(TableRow, table=True):
    """The one row that tells what its database is; `kind` is empty until somebody has made it one or the other."""

    __tablename__ = "database_identity"
    __table_args__ = (CheckConstraint("one", name="ck_database_identity_one"),)

    one: bool = Field(default=True, primary_key=True)
    kind: DatabaseKind | None = Field(default=None, sa_type=one_of(DatabaseKind))
    oldest_program: str
    made_at: datetime = stamped()
    cluster: str | None = None
    """The PostgreSQL cluster that it stood in when a worker last looked, by its system identifier."""


class UnfitDatabase(OperatorError):
    """This program has no business on this database; the message says why and what to do."""


class OldTables(UnfitDatabase):
    """The database has older tables than this program can read, or none."""


class OldProgram(UnfitDatabase):
    """The database serves newer programs only."""


class OtherKind(UnfitDatabase):
    """The database is a demonstration where a programme's own was asked for, or the other way round."""


class OnlyReads(UnfitDatabase):
    """The database takes nothing now: it is a standby, or was told so."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a database says of itself; `tables` is the number of its newest migration."""

    tables: str
    kind: DatabaseKind | None
    oldest_program: str


IDENTITY: Final = """
SELECT version_num AS tables, kind, oldest_program FROM database_identity, alembic_version
"""
SAY: Final = "UPDATE database_identity SET kind = %(kind)s WHERE kind IS NULL"
ONLY_READS: Final = "SELECT current_setting('transaction_read_only') = 'on'"
FIRST_FIGURES: Final = re.compile(r"\d+(?:\.\d+)*")


def program() -> str:
    """The version of this program."""
    return version("jigi")


def kind_asked_for(settings: Settings) -> DatabaseKind:
    """What the database of these settings has to be: only a demonstration has the telephone to try."""
    return DatabaseKind.DEMO if settings.simulator else DatabaseKind.PRODUCTION


async def fits(kind: DatabaseKind) -> None:
    """Raise UnfitDatabase unless the open database is of this kind, or of none yet, and goes with this program."""
    identity = await _identity()
    if identity is None or identity.tables < NEEDS:
        tables = "older tables than" if identity else "no tables, or older ones than"
        ont = "des tables plus vieilles" if identity else "pas de tables, ou de plus vieilles,"
        raise OldTables(
            f"The database has {tables} Jigi {program()} needs. Run `jigi db upgrade` first.",
            f"La base a {ont} qu'il n'en faut à Jigi {program()}. Lancez d'abord `jigi db upgrade`.",
        )
    if is_older(program(), identity.oldest_program):
        oldest = identity.oldest_program
        raise OldProgram(
            f"The database serves Jigi {oldest} and later, and this is {program()}. Install {oldest}.",
            f"La base sert Jigi {oldest} et après, et ceci est {program()}. Installez {oldest}.",
        )
    if identity.kind not in (None, kind):
        raise _other(identity.kind)


async def serves(kind: DatabaseKind) -> None:
    """Raise UnfitDatabase unless `fits` holds and the open database takes what is written; it may do so later."""
    await fits(kind)
    if await sql.scalar(ONLY_READS):
        said = REFUSED["25006"]
        raise OnlyReads(said.english, said.french)


async def become(kind: DatabaseKind) -> None:
    """Make the open database what it is asked to be, where it is nothing yet; raises UnfitDatabase as `fits` does."""
    await fits(kind)
    identity = await _identity()
    if identity is not None and identity.kind is None:
        await sql.execute(SAY, {"kind": kind.value})
    await fits(kind)


def is_older(version: str, other: str) -> bool:
    """Whether a version is older than another, figure by figure: 0.9.1 than 0.10.0; what stands behind is not read."""
    return _figures(version) < _figures(other)


def _figures(version: str) -> tuple[int, ...]:
    figures = FIRST_FIGURES.match(version)
    return tuple(map(int, figures[0].split("."))) if figures else ()


async def _identity() -> Identity | None:
    """What the database says, None where its tables are too old to say it."""
    try:
        return await sql.row(Identity, IDENTITY)
    except ProgrammingError as error:
        if isinstance(error.orig, UndefinedTable):
            return None
        raise


def _other(kind: DatabaseKind) -> OtherKind:
    if kind is DatabaseKind.DEMO:
        advice = "name another in JIGI_DATABASE_URL, or use `jigi --demo` for a command on the demonstration"
        conseil = "nommez-en une autre dans JIGI_DATABASE_URL, ou dites `jigi --demo` pour une commande sur elle"
    else:
        advice = "nothing of a demonstration is done to it; `jigi demo` stands on servers of its own"
        conseil = "rien d'une démonstration ne s'y fait ; `jigi demo` a ses propres serveurs"
    return OtherKind(
        f"This database is {label(kind, COMMAND)}: {advice}. Nothing was done.",
        f"Cette base est {label(kind, DESK)} : {conseil}. Rien n'a été fait.",
    )
