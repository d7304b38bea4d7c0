"""`python -m bench.api`: 300 000 households pushed in batches by the API while people call; what a hop takes then.

Line and API are processes of their own, as in production; callers pause between keys, and are measured alone first.
"""

import argparse
import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import httpx

from api.pushes import MOST_ROWS
from bench.callers import LAST, Phone
from bench.imports import HOUSEHOLD_COLUMNS, households
from bench.serving import serving
from core.payments.states import COMING
from core.platform import database, sql
from core.platform.columns import listed
from core.platform.servers import end_own_postgres
from core.platform.settings import Settings
from core.schema.ground import Ground, ground
from core.systems import keys
from core.systems.keys import KeyGrant
from core.systems.scopes import KeyScope
from core.text.languages import Language
from demo import world

HOUSEHOLDS: Final = 300_000
CALLED: Final = 2_000
"""Households of the invented world, which people call of."""

LINE_PORT, API_PORT = 8971, 8972
CALLERS: Final = 8
PAUSE: Final = 0.25
ALONE_SECONDS: Final = 20.0
PHONES: Final = f"""
SELECT household_phone.msisdn FROM household_phone
JOIN payment ON payment.household_id = household_phone.household_id AND payment.state IN {listed(COMING)}
GROUP BY msisdn HAVING count(*) = 1 ORDER BY msisdn
"""  # noqa: S608 - our own words
SPEAK: Final = """
INSERT INTO phone (msisdn, language) SELECT unnest(CAST(%(phones)s AS text[])), %(language)s
ON CONFLICT (msisdn) DO UPDATE SET language = EXCLUDED.language
"""
COMMUNE: Final = "SELECT min(pcode) FROM commune"
_SESSIONS: Final = count(1)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What stands before anything is measured: the phones that call, the commune of who is pushed, and a key."""

    phones: Sequence[str]
    commune: str
    key: str


@dataclass
class Hops:
    """The seconds of each hop while `going`."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    going: bool = True

    def __str__(self) -> str:
        took = sorted(second * 1000 for second in self.seconds)
        high = quantiles(took, n=100)[98]
        return (
            f"{len(took):6} hops, {self.failed} failed   p50 {median(took):5.1f} ms  p99 {high:6.1f} ms  "
            f"worst {took[-1]:6.0f} ms"
        )


async def _prepare(on: Ground, folder: Path) -> Prepared:
    database.open_database(on.database_url, pool=2, statement_seconds=600)
    now = datetime.now(UTC)
    await world.build(folder, now.date(), count=CALLED)
    phones: list[str] = await sql.scalars(PHONES)
    await sql.execute(SPEAK, {"phones": phones, "language": Language("fr").value})
    grant = KeyGrant(frozenset({KeyScope.PUSH_HOUSEHOLDS}), now + timedelta(days=1))
    prepared = Prepared(phones, str(await sql.scalar(COMMUNE)), await keys.make("bench", grant, now))
    await database.close_database()
    return prepared


async def _caller(phones: Sequence[str], hops: Hops) -> None:
    phone = Phone(*await asyncio.open_connection("127.0.0.1", LINE_PORT))
    for turn in count():
        form = {
            "sessionId": f"api-{next(_SESSIONS)}",
            "serviceCode": "*384*1234#",
            "phoneNumber": phones[turn % len(phones)],
            "networkCode": "61001",
        }
        for typed in ("", "1", LAST):
            if not hops.going:
                return
            began = time.perf_counter()
            page = await phone.post({**form, "text": typed})
            hops.seconds.append(time.perf_counter() - began)
            hops.failed += not page.startswith(("CON ", "END "))
            await asyncio.sleep(PAUSE)


async def _called(phones: Sequence[str], beside: "asyncio.Future[Any] | asyncio.Task[Any]") -> Hops:
    """Callers go on until what is beside them is over."""
    hops, share = Hops(), len(phones) // CALLERS
    calling = [asyncio.create_task(_caller(phones[each * share : (each + 1) * share], hops)) for each in range(CALLERS)]
    await beside
    hops.going = False
    await asyncio.gather(*calling)
    return hops


def _rows(number: int, commune: str) -> list[Mapping[str, str]]:
    lines = households(number)
    next(lines)
    return [dict(zip(HOUSEHOLD_COLUMNS, line, strict=True)) | {"commune_pcode": commune} for line in lines]


async def _push(prepared: Prepared, number: int) -> None:
    """Push all of them, wait until the last batch is at its end, and print how fast that was."""
    rows = _rows(number, prepared.commune)
    headers = {"Authorization": f"Bearer {prepared.key}"}
    base = f"http://127.0.0.1:{API_PORT}/api/v1"
    began, batches = time.perf_counter(), []
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=120) as client:
        for start in range(0, number, MOST_ROWS):
            content = {"apply": True, "rows": rows[start : start + MOST_ROWS]}
            answer = await client.post("/households", json=content, headers={"Idempotency-Key": f"bench-{start}"})
            answer.raise_for_status()
            batches.append(answer.json()["id"])
        pushed = time.perf_counter() - began
        states: set[str] = set()
        created = 0
        for batch_id in batches:
            batch = await _ended(client, batch_id)
            states.add(batch["state"])
            created += batch["created"]
    took = time.perf_counter() - began
    print(
        f"api      {number:,} households in {len(batches)} batches: taken in {pushed:.0f} s, in the registry in "
        f"{took:.0f} s, {number / took:,.0f} rows/s; {created:,} new, {', '.join(sorted(states))}",
        flush=True,
    )


async def _ended(client: httpx.AsyncClient, batch_id: int) -> Mapping[str, Any]:
    """A batch once it is at its end."""
    for _ in count():
        batch: Mapping[str, Any] = (await client.get(f"/batches/{batch_id}")).json()
        if batch["state"] not in ("received", "confirmed"):
            break
        await asyncio.sleep(1)
    return batch


async def _measured(prepared: Prepared, number: int) -> None:
    alone = await _called(prepared.phones, asyncio.ensure_future(asyncio.sleep(ALONE_SECONDS)))
    print(f"         {CALLERS} callers alone    {alone}", flush=True)
    beside = await _called(prepared.phones, asyncio.ensure_future(_push(prepared, number)))
    print(f"         beside the batches  {beside}")


def main() -> None:
    """Build, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--households", type=int, default=HOUSEHOLDS)
    number = arguments.parse_args().households
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-api-"))
    with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
        prepared = asyncio.run(_prepare(on, folder))
        os.environ |= {
            "JIGI_DATABASE_URL": on.database_url,
            "JIGI_REDIS_URL": on.redis_url,
            "JIGI_CALLBACK_TOKENS": "demo",
            "JIGI_LOG_LEVEL": "ERROR",
            "JIGI_DATA_DIR": str(folder / "data"),
        }
        try:
            with (
                serving("asgi:build", LINE_PORT, "/health/ready", JIGI_ONLY="line"),
                serving("asgi:build", API_PORT, "/health/ready", JIGI_ONLY="api"),
            ):
                asyncio.run(_measured(prepared, number))
        finally:
            end_own_postgres(folder)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
