"""Migrations of the database, run without a configuration file."""

from pathlib import Path
from typing import Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from core.platform.errors import JigiError

FILLED: Final = ("alembic_version", "claim_key", "component", "database_identity")
"""The tables that the migrations fill: whoever empties a database leaves them as they are."""


MOST_TRIES: Final = 10
"""How often an upgrade is begun that callers stand in the way of."""


class WrongEncoding(JigiError):
    """The database cannot hold the letters of Bambara."""


class UnknownMigration(JigiError, ValueError):
    """There is no such migration to go back to."""


def configuration(url: str) -> Config:
    """Alembic's configuration for the database at `url`, a libpq URL."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the database at `url` (a libpq URL) to the newest tables; several processes may do it at once.

    Tables that are newer than this program knows are left as they are. Each migration is a transaction; one that waits
    for who calls meanwhile, while they wait for it, is begun again, and those before it stay done.
    """
    if _newest(url) not in {"", *_known()}:
        return
    for left in reversed(range(MOST_TRIES)):
        try:
            command.upgrade(configuration(url), "head")
        except OperationalError as error:
            if left and isinstance(error.orig, psycopg.errors.DeadlockDetected):
                continue
            raise
        return


def downgrade(url: str, to: str) -> None:
    """Bring the database at `url` back to the tables of migration `to`, with the loss of what only newer ones hold.

    Raises UnknownMigration for one that is not older than the database's, or that this program does not bring.
    """
    now = current(url)
    if to not in _known() or now not in _known() or to >= now:
        raise UnknownMigration(
            f"The tables are those of {now or 'no'} migration; {to} is none before it that is known."
        )
    command.downgrade(configuration(url), to)


def current(url: str) -> str:
    """The number of the newest migration of the database at `url`, '' where it has no tables; raises WrongEncoding."""
    return _newest(url)


def newest() -> str:
    """The number of the newest migration that this program brings."""
    return max(_known())


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(configuration("")).walk_revisions()}


def _newest(url: str) -> str:
    """The number of the database's newest migration, '' where it has no tables; raises WrongEncoding."""
    with psycopg.connect(url) as connection:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise WrongEncoding(f"The database is encoded in {encoding}: make one with ENCODING 'UTF8' for Jigi.")
        row = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        if not row or not row[0]:
            return ""
        newest = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(newest[0]) if newest else ""
