"""A process of the first stored form that answers some hops of a call: what it leaves for the next one."""

import json
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from core.platform import sql
from tests.ussd import frozen_form_1


@dataclass(frozen=True, slots=True)
class Kept:
    """A place in the journal."""

    key: str
    state: dict[str, Any]


async def passed_through(redis: Redis, msisdn: str) -> None:
    """Let version 1 read all that is stored of a phone's calls and write it its own way; raises KeyError."""
    place = f"jigi:{{{msisdn}}}:call"
    stored = await redis.get(place)
    if stored is not None:
        await redis.set(place, frozen_form_1.written(frozen_form_1.read(stored)), keepttl=True)
    for kept in await sql.rows(Kept, "SELECT key, state FROM ussd_journal WHERE state IS NOT NULL"):
        older = frozen_form_1.written_journal(frozen_form_1.read_journal(kept.state))
        values = {"key": kept.key, "state": json.dumps(older)}
        await sql.execute("UPDATE ussd_journal SET state = CAST(%(state)s AS jsonb) WHERE key = %(key)s", values)
