"""Whether each sign-in of the settings may what its task needs, and no more than that."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.rows import class_row

from core.platform.gateways import Trial, away
from core.platform.settings import Settings

ASKING_SECONDS: Final = 3
ROLES: Final = {
    "desk_database_url": "jigi_desk",
    "sign_in_database_url": "jigi_sign_in",
    "worker_database_url": "jigi_worker",
    "api_database_url": "jigi_api",
}
"""The role of the database that each URL is for; migrations 0017 and 0046 make them."""


@dataclass(frozen=True, slots=True)
class _SignIn:
    """Who signed in; `owns` also as a superuser, who may everything."""

    name: str
    may: bool
    owns: bool


WHO: Final = """
SELECT current_user AS name,
    EXISTS (SELECT FROM pg_roles WHERE rolname = %(role)s AND pg_has_role(current_user, oid, 'MEMBER')) AS may,
    EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper)
        OR EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user) AS owns
"""


def sign_in_checks(chosen: Settings) -> Iterator[Trial]:
    """One sentence for each URL of a task that is set."""
    for setting, role in ROLES.items():
        url = getattr(chosen, setting)
        if url:
            yield _tried(f"JIGI_{setting.upper()}", url, role)


def _tried(name: str, url: str, role: str) -> Trial:
    try:
        with (
            psycopg.connect(url, connect_timeout=ASKING_SECONDS) as connection,
            connection.cursor(row_factory=class_row(_SignIn)) as cursor,
        ):
            who = cursor.execute(WHO, {"role": role}).fetchone()
    except psycopg.Error as error:
        return away(error, name)
    if who is None or not who.may:
        signed_in = who.name if who else "nobody"
        return Trial(
            False,
            f"{name} signs in as {signed_in}, who is not granted {role}: GRANT {role} TO {signed_in}.",
            f"{name} se connecte comme {signed_in}, qui n'a pas le rôle {role} : GRANT {role} TO {signed_in}.",
        )
    if who.owns:
        return Trial(
            None,
            f"{name} signs in as {who.name}, who owns the tables: a hole there is one in everything.",
            f"{name} se connecte comme {who.name}, à qui sont les tables : une faille là en est une partout.",
        )
    return Trial(
        True,
        f"{name} signs in as {who.name}, who may what {role} may.",
        f"{name} se connecte comme {who.name}, qui peut ce que peut {role}.",
    )
