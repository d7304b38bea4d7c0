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
from core.platform.gateways import Trial, away, try_tokens
from core.platform.mishaps import OperatorSentence
from core.platform.redis import connect
from core.platform.settings import Settings, WrongSetting
from core.schema import identity, migrations
from core.spdci.ourselves import own_identity
from core.spdci.partners import partners
from core.text.catalogue import unspoken

LEAST_POSTGRES: Final = 140_000
LEAST_FREE_BYTES: Final = 2 * 1024**3
MOST_SECONDS_APART: Final = 2.0
HERE: Final = frozenset({"", "localhost", "127.0.0.1", "::1"})
URLS: Final = (
    "database_url", "database_direct_url", "database_read_url", "desk_database_url", "sign_in_database_url",
    "worker_database_url", "owner_database_url", "api_database_url",
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


ALLOWED_AT_A_TRIAL: Final = {
    "simulator": (
        OperatorSentence(
            "JIGI_SIMULATOR is on: whoever opens /simulator calls as any phone.",
            "JIGI_SIMULATOR est allumé : qui ouvre /simulator appelle comme n'importe quel téléphone.",
        ),
        OperatorSentence("There is no simulator.", "Il n'y a pas de simulateur."),
    ),
    "recipients": (
        OperatorSentence("JIGI_ENCRYPTION_RECIPIENTS is not set.", "JIGI_ENCRYPTION_RECIPIENTS n'est pas réglé."),
        OperatorSentence("What survivors tell is encrypted.", "Ce que disent les survivantes est chiffré."),
    ),
    "trigger": (
        OperatorSentence(
            "JIGI_SPDCI_TRIGGER is on: whoever reaches /test/trigger lets Jigi ask other registries.",
            "JIGI_SPDCI_TRIGGER est allumé : qui atteint /test/trigger fait interroger d'autres registres par Jigi.",
        ),
        OperatorSentence("No test triggers requests.", "Aucun essai ne déclenche de requêtes."),
    ),
    "totp": (
        OperatorSentence(
            "JIGI_DESK_TOTP is off: a password alone opens the desk.",
            "JIGI_DESK_TOTP est éteint : un mot de passe seul ouvre le guichet.",
        ),
        OperatorSentence("Sign-in has a second factor.", "La connexion au guichet a un second facteur."),
    ),
    "sandbox": (
        OperatorSentence(
            "JIGI_SMS_USERNAME is sandbox: no SMS gets to a phone.",
            "JIGI_SMS_USERNAME est sandbox : aucun SMS n'atteint un téléphone.",
        ),
        OperatorSentence("The account of SMS is no sandbox.", "Le compte des SMS n'est pas un bac à sable."),
    ),
    "price": (
        OperatorSentence(
            "JIGI_SMS_PART_PRICE_XOF is 0: no cap in money ever stops a campaign.",
            "JIGI_SMS_PART_PRICE_XOF est 0 : aucun plafond en argent n'arrête jamais une campagne.",
        ),
        OperatorSentence("SMS have a price.", "Les SMS ont un prix."),
    ),
    "hosts": (
        OperatorSentence(
            "JIGI_HOSTS is empty: any name is answered.", "JIGI_HOSTS est vide : tout nom reçoit réponse."
        ),
        OperatorSentence("The server answers to its own names.", "Le serveur répond à ses propres noms."),
    ),
    "alarm": (
        OperatorSentence(
            "Nobody is told when something stands still: JIGI_ALARM_PHONES, JIGI_ALARM_MAIL_TO.",
            "Personne n'est averti quand quelque chose s'arrête : JIGI_ALARM_PHONES, JIGI_ALARM_MAIL_TO.",
        ),
        OperatorSentence("Alarms go.", "Les alertes partent."),
    ),
    "database": (
        OperatorSentence(
            "JIGI_DATABASE_URL is not set: the database is Jigi's own.",
            "JIGI_DATABASE_URL n'est pas réglé : la base est celle que Jigi lance lui-même.",
        ),
        OperatorSentence("The database is named.", "La base est nommée."),
    ),
    "redis": (
        OperatorSentence(
            "JIGI_REDIS_URL is not set: Redis is Jigi's own.",
            "JIGI_REDIS_URL n'est pas réglé : Redis est celui que Jigi lance lui-même.",
        ),
        OperatorSentence("Redis is named.", "Redis est nommé."),
    ),
    "plain redis": (
        OperatorSentence("JIGI_REDIS_URL crosses the network without TLS.", "JIGI_REDIS_URL passe le réseau sans TLS."),
        OperatorSentence("Redis is near, or behind TLS.", "Redis est sur place, ou derrière TLS."),
    ),
}
"""What it means that a setting is so, and what holds otherwise."""


def settings_checks(chosen: Settings) -> Iterator[Trial]:
    """What is set, and is no way to serve a programme."""
    yield try_tokens(chosen)
    try:
        check_keys(chosen)
        yield Trial(True, "The keys of the encryption fit each other.", "Les clés du chiffrement vont ensemble.")
    except WrongSetting as unsafe:
        yield away(unsafe)
    try:
        partners(chosen)
        own_identity(chosen)
    except WrongSetting as unsafe:
        yield away(unsafe)
    for is_unsafe, meaning, otherwise in _allowed_at_a_trial(chosen):
        yield _unless(is_unsafe, meaning, otherwise)
    for name in PLAIN_URLS:
        if str(getattr(chosen, name)).startswith("http://") and urlsplit(getattr(chosen, name)).hostname not in HERE:
            yield Trial(
                None,
                f"JIGI_{name.upper()} crosses the network without TLS: write https://.",
                f"JIGI_{name.upper()} passe le réseau sans TLS : écrivez https://.",
            )
    for name in URLS:
        url = getattr(chosen, name)
        if url and _is_open(url):
            yield Trial(
                None,
                f"JIGI_{name.upper()} crosses the network without sslmode=verify-full.",
                f"JIGI_{name.upper()} passe le réseau sans sslmode=verify-full.",
            )


def _allowed_at_a_trial(chosen: Settings) -> Iterator[tuple[object, OperatorSentence, OperatorSentence]]:
    """Whether it is so, what that means, and what holds otherwise."""
    alarm = chosen.alarm_phones or (chosen.alarm_mail_to and chosen.alarm_smtp_host)
    priced = chosen.sms_part_price_xof > 0 or chosen.sms_route_prices
    unsafe = {
        "simulator": chosen.simulator,
        "trigger": chosen.spdci_trigger,
        "recipients": not chosen.encryption_recipients,
        "totp": not chosen.desk_totp,
        "sandbox": chosen.sms_to_a_sandbox,
        "price": not priced,
        "hosts": not chosen.hosts,
        "alarm": not alarm,
        "database": not chosen.database_url,
        "redis": not chosen.redis_url,
        "plain redis": _is_plain(chosen.redis_url),
    }
    for name, is_unsafe in unsafe.items():
        yield is_unsafe, *ALLOWED_AT_A_TRIAL[name]


def _unless(is_unsafe: object, meaning: OperatorSentence, otherwise: OperatorSentence) -> Trial:
    """What is allowed at a trial of Jigi and not in production."""
    sentence = meaning if is_unsafe else otherwise
    return Trial(None if is_unsafe else True, sentence.english, sentence.french)


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
        return [away(unfit)]
    before = datetime.now(UTC)
    facts = await sql.row(ServerFacts, FACTS)
    if facts is None:
        return [
            Trial(
                False,
                "The database does not say what it is. Run `jigi db upgrade`.",
                "La base ne dit pas ce qu'elle est. Lancez `jigi db upgrade`.",
            )
        ]
    apart = abs((facts.now - before).total_seconds())
    newest = migrations.newest()
    major = facts.version // 10_000
    is_old = facts.version < LEAST_POSTGRES
    return [
        Trial(
            not is_old,
            f"PostgreSQL is {major}" + (": 14 or newer is needed." if is_old else "."),
            f"PostgreSQL est en version {major}" + (" : il faut 14 ou plus." if is_old else "."),
        ),
        Trial(
            facts.encoding == "UTF8",
            f"The database is encoded in {facts.encoding}.",
            f"La base est codée en {facts.encoding}.",
        ),
        _unless(
            facts.is_superuser,
            OperatorSentence(
                "This role is a superuser, who can switch the guards of the trail off.",
                "Ce rôle est superutilisateur et peut éteindre les gardes de la piste d'audit.",
            ),
            OperatorSentence("Who signs in is no superuser.", "Qui se connecte n'est pas superutilisateur."),
        ),
        Trial(
            facts.tables >= newest,
            f"The newest migration is {newest}, and the tables are {facts.tables}.",
            f"La dernière migration est {newest}, et les tables en sont à {facts.tables}.",
        ),
        Trial(
            apart < MOST_SECONDS_APART,
            f"This machine's clock and the database's are {apart:.1f} s apart.",
            f"L'horloge de cette machine et celle de la base ont {apart:.1f} s d'écart.".replace(".", ",", 1),
        ),
    ]


async def redis_check(url: str) -> Trial:
    """Whether Redis can be written; raises RedisError."""
    client = connect(url)
    try:
        await client.set("jigi:check", "1", ex=5)
    finally:
        await client.aclose()
    return Trial(True, "Redis answers and can be written.", "Redis répond et s'écrit.")


def machine_checks(folder: Path) -> Iterator[Trial]:
    """The disk with our files, and the catalogues."""
    there = next(each for each in (folder, *folder.resolve().parents) if each.exists())
    free = shutil.disk_usage(there).free
    gib = f"{free / 1024**3:.1f}"
    yield Trial(
        free >= LEAST_FREE_BYTES,
        f"The disk of {there} has {gib} GiB free.",
        f"Le disque de {there} a {gib.replace('.', ',')} Gio libres.",
    )
    if os.access(there, os.W_OK):
        yield Trial(True, f"{there} can be written by this user.", f"Cet utilisateur peut écrire dans {there}.")
    else:
        yield Trial(
            False, f"{there} cannot be written by this user.", f"Cet utilisateur ne peut pas écrire dans {there}."
        )
    why = unspoken()
    yield Trial(
        not why,
        why or "Every language has its catalogue.",
        f"Un catalogue manque : {why}." if why else "Chaque langue a son catalogue.",
    )
