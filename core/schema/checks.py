"""Whether a machine is fit to serve a programme: its settings, its database, its Redis, its disk.

Each check is a `Trial`: it holds, it does not, or (None) it is allowed at a trial of Jigi and not in production.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from core.platform import sql
from core.platform.encryption import check_keys
from core.platform.errors import JigiError
from core.platform.gateways import Trial, try_tokens
from core.platform.redis import connect
from core.platform.settings import Settings, WrongSetting
from core.schema import identity, migrations
from core.text.catalogue import unspoken

LEAST_POSTGRES: Final = 140_000
LEAST_FREE_BYTES: Final = 2 * 1024**3
MOST_SECONDS_APART: Final = 2.0
HERE: Final = frozenset({"", "localhost", "127.0.0.1", "::1"})
URLS: Final = (
    "database_url", "database_direct_url", "database_read_url", "desk_database_url", "sign_in_database_url",
    "worker_database_url", "owner_database_url",
)  # fmt: skip
PLAIN_URLS: Final = ("sms_gateway_url", "orange_url", "attachments_bucket")
"""Where keys, and what people are told or bring, go over HTTP."""

SAFE_MODES: Final = frozenset({"verify-full", "verify-ca"})


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What PostgreSQL says of itself and of who signed in; `version` is as in 170002."""

    version: int
    encoding: str
    is_superuser: bool
    now: datetime
    tables: str


FACTS: Final = """
SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
       rolsuper AS is_superuser, clock_timestamp() AS now, version_num AS tables
FROM pg_roles, alembic_version WHERE rolname = current_user
"""


def settings_checks(chosen: Settings) -> Iterator[Trial]:
    """What is set, and is no way to serve a programme."""
    yield try_tokens(chosen)
    try:
        check_keys(chosen)
        yield Trial(True, "The keys of the encryption fit each other.")
    except WrongSetting as unsafe:
        yield Trial(False, str(unsafe))
    for is_unsafe, sentence, otherwise in _allowed_at_a_trial(chosen):
        yield _unless(is_unsafe, sentence, otherwise)
    for name in PLAIN_URLS:
        if str(getattr(chosen, name)).startswith("http://") and urlsplit(getattr(chosen, name)).hostname not in HERE:
            yield Trial(None, f"JIGI_{name.upper()} crosses the network without TLS: write https://.")
    for name in URLS:
        url = getattr(chosen, name)
        if url and _is_open(url):
            yield Trial(None, f"JIGI_{name.upper()} crosses the network without sslmode=verify-full.")


def _allowed_at_a_trial(chosen: Settings) -> Iterator[tuple[object, str, str]]:
    """Whether it is so, what that means, and what holds otherwise."""
    alarm = chosen.alarm_phones or (chosen.alarm_mail_to and chosen.alarm_smtp_host)
    sandbox = chosen.sms_to_a_sandbox
    priced = chosen.sms_part_price_xof > 0 or chosen.sms_route_prices
    yield (
        chosen.simulator,
        "JIGI_SIMULATOR is on: whoever opens /simulator calls as any phone.",
        "There is no simulator.",
    )
    yield (
        not chosen.encryption_recipients,
        "JIGI_ENCRYPTION_RECIPIENTS is not set.",
        "What survivors tell is encrypted.",
    )
    yield (
        not chosen.desk_totp,
        "JIGI_DESK_TOTP is off: a password alone opens the desk.",
        "Sign-in has a second factor.",
    )
    yield sandbox, "JIGI_SMS_USERNAME is sandbox: no SMS gets to a phone.", "The account of SMS is no sandbox."
    yield not priced, "JIGI_SMS_PART_PRICE_XOF is 0: no cap in money ever stops a campaign.", "SMS have a price."
    yield not chosen.hosts, "JIGI_HOSTS is empty: any name is answered.", "The server answers to its own names."
    yield not alarm, "Nobody is told when something stands still: JIGI_ALARM_PHONES, JIGI_ALARM_MAIL_TO.", "Alarms go."
    yield not chosen.database_url, "JIGI_DATABASE_URL is not set: the database is Jigi's own.", "The database is named."
    yield not chosen.redis_url, "JIGI_REDIS_URL is not set: Redis is Jigi's own.", "Redis is named."
    yield (
        _is_plain(chosen.redis_url),
        "JIGI_REDIS_URL crosses the network without TLS.",
        "Redis is near, or behind TLS.",
    )


def _unless(is_unsafe: object, sentence: str, otherwise: str) -> Trial:
    """What is allowed at a trial of Jigi and not in production."""
    return Trial(None, sentence) if is_unsafe else Trial(True, otherwise)


def _is_open(url: str) -> bool:
    """Whether a URL of PostgreSQL leads to another machine, which may be an impostor."""
    parts = conninfo_to_dict(url)
    hosts = str(parts.get("host") or "").split(",")
    far = any(host not in HERE and not host.startswith("/") for host in hosts)
    return far and parts.get("sslmode") not in SAFE_MODES


def _is_plain(url: str) -> bool:
    """Whether a URL of Redis leads to another machine in plain text."""
    parts = urlsplit(url)
    return parts.scheme.partition("+")[0] in {"redis", "valkey"} and (parts.hostname or "") not in HERE


async def database_checks(chosen: Settings) -> list[Trial]:
    """What PostgreSQL is, who we are there, and whether its tables are the newest; raises what the database raises."""
    try:
        await identity.serves(identity.kind_asked_for(chosen))
    except JigiError as unfit:
        return [Trial(False, str(unfit))]
    before = datetime.now(UTC)
    facts = await sql.row(ServerFacts, FACTS)
    if facts is None:
        return [Trial(False, "The database does not say what it is. Run `jigi db upgrade`.")]
    apart = abs((facts.now - before).total_seconds())
    newest = migrations.newest()
    major = facts.version // 10_000
    is_old = facts.version < LEAST_POSTGRES
    return [
        Trial(not is_old, f"PostgreSQL is {major}" + (": 14 or newer is needed." if is_old else ".")),
        Trial(facts.encoding == "UTF8", f"The database is encoded in {facts.encoding}."),
        _unless(
            facts.is_superuser,
            "This role is a superuser, who can switch the guards of the trail off.",
            "Who signs in is no superuser.",
        ),
        Trial(facts.tables >= newest, f"The newest migration is {newest}, and the tables are {facts.tables}."),
        Trial(apart < MOST_SECONDS_APART, f"This machine's clock and the database's are {apart:.1f} s apart."),
    ]


async def redis_check(url: str) -> Trial:
    """Whether Redis can be written; raises RedisError."""
    client = connect(url)
    try:
        await client.set("jigi:check", "1", ex=5)
    finally:
        await client.aclose()
    return Trial(True, "Redis answers and can be written.")


def machine_checks(folder: Path) -> Iterator[Trial]:
    """The disk with our files, and the catalogues."""
    there = next(each for each in (folder, *folder.resolve().parents) if each.exists())
    free = shutil.disk_usage(there).free
    yield Trial(free >= LEAST_FREE_BYTES, f"The disk of {there} has {free / 1024**3:.1f} GiB free.")
    yield Trial(os.access(there, os.W_OK), f"{there} can be written by this user.")
    why = unspoken()
    yield Trial(not why, why or "Every language has its catalogue.")
