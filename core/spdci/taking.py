"""What registries send becomes a batch, which is checked row by row and waits to be seen: nothing is written directly.

The partner has a key here that may push households, as any system that pushes: without one, nothing of it is taken.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.imports import batches
from core.imports.batch import BatchKind
from core.imports.batches import BatchOptions
from core.imports.pushed import Value
from core.numbers.identifiers import number_key
from core.platform import sql
from core.platform.errors import JigiError
from core.registry.numbers import key_sql
from core.spdci.mapping import RegistryHousehold
from core.staff.agents import Scope
from core.systems.holders import KeyHolder
from core.systems.scopes import KeyScope

NEEDED: Final = ("household_no", "head_name", "commune_pcode", "status")
"""What every row of a batch has; of a household that is known, what a registry does not tell is as it stands."""


class NoKeyToPush(JigiError):
    """The partner has no live key that may push households."""


@dataclass(frozen=True, slots=True)
class _LiveKey:
    id: int
    system: str
    scopes: tuple[KeyScope, ...]


@dataclass(frozen=True, slots=True)
class _KnownRow:
    key: str
    household_no: str
    head_name: str
    commune_pcode: str
    status: str


LIVE_KEY: Final = """
SELECT id, system, scopes FROM api_key WHERE system = %(system)s AND %(scope)s = ANY (scopes)
    AND scope_kind = 'national' AND withdrawn_at IS NULL AND expires_at > %(now)s ORDER BY id DESC LIMIT 1
"""
KNOWN: Final = f"""
SELECT {key_sql()} AS key, household_no, head_name, commune_pcode, status FROM household
WHERE {key_sql()} = ANY (%(numbers)s) OR household_no = ANY (%(numbers)s)
"""  # noqa: S608 - our own words


async def take_in(partner: str, message_id: str, households: Iterable[RegistryHousehold], now: datetime) -> int | None:
    """Take households that a partner sent as a batch, and give its number; None for none. Raises NoKeyToPush."""
    rows = await _rows(list(households))
    if not rows:
        return None
    holder = await _holder(partner, now)
    key = f"spdci-{hashlib.sha256(message_id.encode()).hexdigest()[:40]}"
    options = BatchOptions(apply=False, keep_good=True, list_day=now.date().isoformat())
    card, _ = await batches.take(holder, BatchKind.HOUSEHOLDS, key, rows, options, now)
    return card.id


async def _holder(partner: str, now: datetime) -> KeyHolder:
    values = {"system": partner, "scope": KeyScope.PUSH_HOUSEHOLDS.value, "now": now}
    key = await sql.row(_LiveKey, LIVE_KEY, values)
    if key is None:
        raise NoKeyToPush(f"{partner} has no live key that may push households")
    return KeyHolder(key.id, key.system, key.scopes, Scope.NATIONAL, None, claim="")


async def _rows(households: Sequence[RegistryHousehold]) -> list[Mapping[str, Value]]:
    """Rows that have all that every row needs, where anybody knows it."""
    numbers = [number_key(each.household_no) for each in households if each.household_no]
    known = {}
    for row in await sql.rows(_KnownRow, KNOWN, {"numbers": numbers}):
        known[row.household_no] = row
    known |= {row.key: row for row in known.values()}
    return [_row(each, known.get(number_key(each.household_no))) for each in households]


def _row(household: RegistryHousehold, known: _KnownRow | None) -> dict[str, Value]:
    stands: dict[str, Value] = dict.fromkeys(NEEDED)
    if known is not None:
        stands |= {"head_name": known.head_name, "commune_pcode": known.commune_pcode, "status": known.status}
    return {**stands, **household.row()}
