"""`make bench`: people file complaints while something heavy is done at the desk of the same process.

One process for the line and the desk is the worst case: `jigi serve --only line` has none of this beside it.
"""

import asyncio
import html
import io
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import httpx
from openpyxl import Workbook

from bench.callers import Phone
from bench.desk import PASSWORD, TOKEN
from bench.serving import serving
from core.platform import database, sql
from core.platform.servers import end_own_postgres
from core.platform.settings import Settings
from core.schema.ground import Ground, ground
from core.staff.agents import Role, add_agent
from core.staff.sign_in import give_password
from core.text.languages import Language
from demo import world

PORT: Final = 8961
HOUSEHOLDS: Final = 2_000
EXPORTED: Final = 20_000
CALLERS: Final = 8
SECONDS: Final = 8.0
AT_ONCE: Final = 40
"""Sign-ins that are tried at a time."""

MOST_MS: Final = 300.0
FILING: Final = ("", "3", "3*1", "3*1*1", "3*1*1*1")
GRIEVANCES: Final = """
INSERT INTO grievance (reference, filing_key, channel, category, subcategory, sensitivity, anonymous, beneficiary,
    language, call_back, state, level, first_answer_due, decision_due, received_at, commune_pcode,
    reopen_count)
SELECT 8000000000 + n, 'bench ' || n, 'ussd', 'payment', 'late', 'ordinary', false, true, 'bm', false,
    'received', 'village', now(), now(), now() - n * interval '1 minute', (SELECT min(pcode) FROM commune), 0
FROM generate_series(1, %(rows)s) AS n
"""
PHONES: Final = "SELECT msisdn FROM household_phone GROUP BY msisdn HAVING count(*) = 1 ORDER BY msisdn"
SPEAK: Final = """
INSERT INTO phone (msisdn, language) SELECT unnest(CAST(%(phones)s AS text[])), %(language)s
ON CONFLICT (msisdn) DO UPDATE SET language = EXCLUDED.language
"""
_SESSIONS: Final = count(1)


@dataclass
class Calls:
    """What callers met beside one load: seconds of each hop, complaints that got a number, and that did not."""

    hops: list[float] = field(default_factory=list)
    filed: int = 0
    lost: list[str] = field(default_factory=list)


Load = Callable[[httpx.AsyncClient, float], Awaitable[int]]
"""Does something heavy over and over until a moment; how often."""


async def _world(on: Ground, folder: Path) -> list[str]:
    database.open_database(on.database_url, pool=2, statement_seconds=600)
    now = datetime.now(UTC)
    await world.build(folder, now.date(), count=HOUSEHOLDS)
    await sql.execute(GRIEVANCES, {"rows": EXPORTED - 1_000})
    phones: list[str] = await sql.scalars(PHONES)
    await sql.execute(SPEAK, {"phones": phones, "language": Language("fr").value})
    for login, role in (("awa", Role.SUPERVISOR), ("issa", Role.AGENT)):
        await give_password(await add_agent(login, login.title(), role), now, password=PASSWORD)
    await database.close_database()
    return phones


async def _caller(phones: Sequence[str], until: float, calls: Calls) -> None:
    phone = Phone(*await asyncio.open_connection("127.0.0.1", PORT))
    for msisdn in phones:
        if time.perf_counter() > until:
            return
        form = {
            "sessionId": f"beside-{next(_SESSIONS)}",
            "serviceCode": "*384*1234#",
            "phoneNumber": msisdn,
            "networkCode": "61001",
        }
        answer = ""
        for typed in FILING:
            began = time.perf_counter()
            answer = await phone.post({**form, "text": typed})
            calls.hops.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)
        if "Numéro" in answer and answer.startswith("END"):
            calls.filed += 1
        else:
            calls.lost.append(answer)


@asynccontextmanager
async def _signed_in(login: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", trust_env=False, timeout=120) as client:
        answer = await _try_to_sign_in(client, login, PASSWORD)
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"{login} is not let in: {answer.status_code}")
        yield client


async def _try_to_sign_in(client: httpx.AsyncClient, login: str, password: str) -> httpx.Response:
    token = TOKEN.search((await client.get("/desk/login")).text)
    fields = {"csrftoken": html.unescape(token[1]) if token else "", "login": login, "password": password}
    return await client.post("/desk/login", data=fields)


async def _nothing(_: httpx.AsyncClient, until: float) -> int:
    await asyncio.sleep(until - time.perf_counter())
    return 0


def _getting(*paths: str) -> Load:
    async def get(client: httpx.AsyncClient, until: float) -> int:
        done = 0
        while time.perf_counter() < until:
            for path in paths:
                (await client.get(path)).raise_for_status()
                done += 1
        return done

    return get


async def _sign_in_flood(_: httpx.AsyncClient, until: float) -> int:
    async def one(number: int) -> int:
        done = 0
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", trust_env=False, timeout=120) as client:
            while time.perf_counter() < until:
                await _try_to_sign_in(client, f"nobody{number}", "wrong")
                done += 1
        return done

    return sum(await asyncio.gather(*(one(number) for number in range(AT_ONCE))))


def _uploading(make: Callable[[], bytes], name: str) -> Load:
    async def upload(client: httpx.AsyncClient, until: float) -> int:
        content, done = make(), 0
        while time.perf_counter() < until:
            token = TOKEN.search((await client.get("/desk/imports")).text)
            fields = {"csrftoken": html.unescape(token[1]) if token else "", "kind": "households"}
            answer = await client.post("/desk/imports", data=fields, files={"file": (name, content)})
            done += answer.status_code == httpx.codes.SEE_OTHER
            await asyncio.sleep(0.2)
        return done

    return upload


def _two_corners() -> bytes:
    """A workbook of two cells, with a million rows of sixteen thousand between them."""
    book, made = Workbook(), io.BytesIO()
    sheet = book.active
    if sheet is None:
        raise RuntimeError("a workbook without a sheet")
    sheet["A1"], sheet["XFD1048576"] = 1, 2
    book.save(made)
    return made.getvalue()


def _households(folder: Path) -> Callable[[], bytes]:
    return lambda: next(folder.glob("**/households*.csv")).read_bytes()


async def _beside(name: str, load: Load, client: httpx.AsyncClient, phones: Sequence[str]) -> bool:
    calls = Calls()
    share = len(phones) // CALLERS
    until = time.perf_counter() + SECONDS
    *_, done = await asyncio.gather(
        *(_caller(phones[each * share : (each + 1) * share], until, calls) for each in range(CALLERS)),
        load(client, until),
    )
    took = sorted(second * 1000 for second in calls.hops)
    high = quantiles(took, n=100)[94]
    print(
        f"         {name:34} {done:5} times   {len(took):5} hops   {calls.filed:4} filed  {len(calls.lost):3} not"
        f"   p50 {median(took):5.0f} ms  p95 {high:5.0f} ms  worst {took[-1]:6.0f} ms"
    )
    for answer in calls.lost[:2]:
        print(f"         {answer!r}")
    return not calls.lost and high <= MOST_MS


async def _measured(phones: Sequence[str], folder: Path) -> bool:
    loads: dict[str, Load] = {
        "nothing": _nothing,
        f"{AT_ONCE} wrong sign-ins at a time": _sign_in_flood,
        "export of 20 000 complaints, CSV": _getting("/desk/grievances/export.csv"),
        "export of 20 000 complaints, Excel": _getting("/desk/grievances/export.xlsx"),
        "reports and dashboard": _getting("/desk/reports", "/desk/dashboard", "/desk/reports/export.csv"),
        "import of 2 000 households": _uploading(_households(folder), "menages.csv"),
        "workbook of two corners": _uploading(_two_corners, "menages.xlsx"),
    }
    share = len(phones) // len(loads)
    async with _signed_in("awa") as client:  # before the flood, after which nobody of its source is let in
        fine = [
            await _beside(name, load, client, phones[number * share : (number + 1) * share])
            for number, (name, load) in enumerate(loads.items())
        ]
    return all(fine)


def main() -> None:
    """Build, measure, print."""
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-beside-"))
    with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
        phones = asyncio.run(_world(on, folder))
        os.environ |= {
            "JIGI_DATABASE_URL": on.database_url,
            "JIGI_REDIS_URL": on.redis_url,
            "JIGI_CALLBACK_TOKENS": "demo",
            "JIGI_DESK_TOTP": "false",
            "JIGI_DESK_SECRET": "bench",
            "JIGI_LOG_LEVEL": "ERROR",
            "JIGI_DATA_DIR": str(folder / "data"),
        }
        print(
            f"beside   {CALLERS} phones file complaints for {SECONDS:.0f} s beside each, line and desk in one process"
        )
        with serving("asgi:build", PORT, "/health/ready"):
            fine = asyncio.run(_measured(phones, folder))
    end_own_postgres(folder)
    shutil.rmtree(folder, ignore_errors=True)
    print(f"         every complaint filed, p95 of a hop within {MOST_MS:.0f} ms: {'yes' if fine else 'NO'}")


if __name__ == "__main__":
    main()
