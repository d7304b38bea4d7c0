"""Dumps of the database, encrypted as they are made: in plain text they touch no disk.

They are made and read by PostgreSQL's own `pg_dump` and `pg_restore`, and are files of age: `age --decrypt` reads them
where there is no Jigi.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

import psycopg
import pyrage
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pyrage.x25519 import Identity, Recipient

from core.platform.errors import JigiError
from core.platform.servers import own_program

MAKE_ROLES: Final = """
DO $$
DECLARE made text;
BEGIN
    FOREACH made IN ARRAY ARRAY['jigi_desk', 'jigi_line', 'jigi_worker', 'jigi_sign_in', 'jigi_api'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = made) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', made);
        END IF;
        IF NOT pg_has_role(made, 'MEMBER') THEN EXECUTE format('GRANT %I TO CURRENT_USER', made); END IF;
    END LOOP;
END $$
"""
"""A dump has what the roles may do, and not the roles."""

TABLES: Final = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"


class NotDumped(JigiError):
    """There is no dump; the message says why. No half of one is left."""


class NotRestored(JigiError):
    """Nothing was restored; the message says why."""


def dump(url: str, to: Path, recipients: Sequence[Recipient]) -> int:
    """Write an encrypted dump of the database at `url` (a libpq URL), and give its size in bytes.

    It appears under its name when it is whole, for its owner alone to read. Raises NotDumped.
    """
    if not recipients:
        raise NotDumped("There is nobody to encrypt for: set JIGI_DUMP_RECIPIENTS or JIGI_ENCRYPTION_RECIPIENTS.")
    if to.exists():
        raise NotDumped(f"{to} is there already.")
    half = to.with_name(f"{to.name}.part")
    try:
        with _private(half) as file, _program(url, "pg_dump", "--format=custom", stdout=subprocess.PIPE) as making:
            pyrage.encrypt_io(making.stdout, file, recipients)
            _end(making, NotDumped)
        half.rename(to)
    except (OSError, pyrage.EncryptError) as error:
        raise NotDumped(f"{to}: {error}") from error
    finally:
        half.unlink(missing_ok=True)
    return to.stat().st_size


def restore(url: str, file: Path, identities: Sequence[Identity]) -> None:
    """Fill the empty database at `url` with an encrypted dump, whole or not at all; raises NotRestored."""
    if not identities:
        raise NotRestored("There is no key to decrypt with: name its file with --identity.")
    _prepare(url)
    try:
        with file.open("rb") as dumped, _program(url, *WHOLE, stdin=subprocess.PIPE) as filling:
            _feed(dumped, filling, identities)
            _end(filling, NotRestored)
    except OSError as error:
        raise NotRestored(f"{file}: {error.strerror}") from error


def _prepare(url: str) -> None:
    with psycopg.connect(url) as connection:
        if connection.execute(TABLES).fetchone() != (0,):
            raise NotRestored("The database has tables. Make an empty one, and name it in JIGI_DATABASE_URL.")
        try:
            connection.execute(MAKE_ROLES)
        except psycopg.errors.InsufficientPrivilege as error:
            raise NotRestored(f"The roles of the database are missing (docs/operators.md): {error}") from error


WHOLE: Final = ("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner")


def _feed(dumped: IO[bytes], filling: "subprocess.Popen[bytes]", identities: Sequence[Identity]) -> None:
    """Decrypt a dump into a program; one that is cut off or altered ends the program, which then keeps nothing."""
    try:
        pyrage.decrypt_io(dumped, filling.stdin, identities)
    except pyrage.DecryptError as error:
        filling.kill()
        raise NotRestored(f"The dump cannot be decrypted: {error}.") from error
    except BrokenPipeError:
        pass  # the program ended before its input did, and says why
    except OSError as error:
        filling.kill()
        raise NotRestored(f"The dump is cut off or was altered: {error}.") from error


def identities_in(file: Path) -> list[Identity]:
    """The keys of a file as age writes it, a line each, remarks begin with `#`; raises NotRestored."""
    try:
        lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
        return [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise NotRestored(f"{file} is no file of keys of age.") from error


def _private(path: Path) -> IO[bytes]:
    """A new file that only its owner reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _program(
    url: str, name: str, *options: str, stdin: int | None = None, stdout: int | None = None
) -> "subprocess.Popen[bytes]":
    """A program of PostgreSQL at a database, whose password stands in no list of processes."""
    parts = conninfo_to_dict(url)
    secret = {"PGPASSWORD": str(parts.pop("password"))} if parts.get("password") else {}
    where = make_conninfo("", **parts)
    command = [_newest(url, name), *options, f"--dbname={where}"]
    return subprocess.Popen(  # noqa: S603
        command, env=os.environ | secret, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    )


def _newest(url: str, name: str) -> str:
    """The path of a program that is no older than its server: the machine's, else the one that came with ours."""
    with psycopg.connect(url) as connection:
        needed = connection.info.server_version // 10_000
    paths = [path for path in (shutil.which(name), own_program(name)) if path]
    return next((path for path in paths if _major(path) >= needed), paths[0] if paths else name)


def _major(path: str) -> int:
    says = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    figures = re.search(r"\d+", says)
    return int(figures[0]) if figures else 0


def _end(program: "subprocess.Popen[bytes]", refused: type[JigiError]) -> None:
    """Wait for a program; raise what it wrote where it failed."""
    _, trouble = program.communicate()
    if program.returncode:
        raise refused(trouble.decode(errors="replace").strip())
