"""`make fuzz`: odd requests to every way in of line, sms and desk, signed in as each role, with callers beside them.

It runs until its time or its number is over and prints what came back. It fails where anything was answered 5xx, where
the server's log has an error of ours or a traceback, where a caller beside it heard an apology, or where the server
grew.
"""

import argparse
import asyncio
import html
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

import httpx

import asgi
from core.platform import database, sql
from core.platform.encryption import IDENTITIES, RECIPIENTS, new_identity
from core.platform.servers import end_own_postgres
from core.platform.settings import Settings
from core.schema.ground import Ground, ground
from core.staff.agents import Role, add_agent
from core.staff.sign_in import give_password
from core.text.languages import Language
from demo import desk, world
from faults.odd.requests import Oddities, OddRequest, Vocabulary
from faults.odd.ways import Way, names_in, ways

with closing(socket.create_server(("127.0.0.1", 0))) as _free:
    PORT: Final = int(_free.getsockname()[1])
"""Free when this began: two may run beside each other."""

ADDRESS: Final = f"http://127.0.0.1:{PORT}"
TOKEN: Final = "odd-requests-of-one-evening"  # noqa: S105 - of a server that is thrown away
PASSWORD: Final = "quatre mangues sous le karité"  # noqa: S105
FORM_TOKEN: Final = re.compile(r'name="csrftoken" value="([^"]+)"')
HOUSEHOLDS: Final = 300
AT_ONCE: Final = 6
STARTING_SECONDS: Final = 60.0
ENDING_SECONDS: Final = 60.0
LEAVING: Final = ("/desk/logout", "/desk/login")
OURS: Final = {"desk_failed", "webhook_not_taken", "step_failed", "task_failed", "thread_failed"}
"""What the log says of an error that nobody expected."""

GROWTH: Final = 1.5
"""So many times the memory that the server had after its first tenth of the requests is a leak."""

FILING: Final = ("", "3", "3*1", "3*1*1", "3*1*1*1")
SPEAK: Final = """
INSERT INTO phone (msisdn, language) SELECT DISTINCT msisdn, %(language)s FROM household_phone
ON CONFLICT (msisdn) DO UPDATE SET language = EXCLUDED.language
"""
REAL: Final = {
    "reference": "SELECT reference FROM grievance ORDER BY id LIMIT 20",
    "household_no": "SELECT household_no FROM household ORDER BY id LIMIT 20",
    "id": "SELECT CAST(id AS text) FROM household WHERE id NOT IN (SELECT id FROM agent WHERE login = role) "
    "ORDER BY id LIMIT 40",
    "login": "SELECT login FROM agent WHERE login <> role ORDER BY id",
    "commune": "SELECT pcode FROM commune ORDER BY pcode LIMIT 5",
}
"""Values that exist, by the name of what asks for them; who is at work here is not among them."""


@dataclass
class Outcome:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    hops: list[float] = field(default_factory=list)
    apologies: int = 0
    memory: list[int] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many were answered."""
        return sum(self.statuses.values())


class Person:
    """Somebody at the desk, or nobody; signs in again when an odd request ended the session."""

    def __init__(self, role: Role | None) -> None:
        self.role = role
        self.http = httpx.AsyncClient(base_url=ADDRESS, trust_env=False, timeout=60)
        self.signed: dict[str, str] = {}

    async def comes(self) -> None:
        """Sign in."""
        self.http.cookies.clear()
        page = await self.http.get("/desk/login")
        if self.role is None:
            return
        fields = {"csrftoken": _token(page), "login": self.role.value, "password": PASSWORD}
        answer = await self.http.post("/desk/login", data=fields)
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"{self.role} is not let in: {answer.status_code}")
        self.signed = {"csrftoken": _token(await self.http.get("/desk/account"))}

    async def sends(self, odd: OddRequest) -> httpx.Response:
        """Send a request as it is."""
        address = httpx.URL(f"{ADDRESS}{odd.target}")
        request = self.http.build_request(odd.method, address, headers=odd.headers, content=odd.body)
        return await self.http.send(request)


def _token(page: httpx.Response) -> str:
    match = FORM_TOKEN.search(page.text)
    return html.unescape(match[1]) if match else ""


async def _world(on: Ground, folder: Path) -> dict[str, Sequence[str]]:
    database.open_database(on.database_url, pool=2, statement_seconds=600)
    now = datetime.now(UTC)
    await world.build(folder, now.date(), count=HOUSEHOLDS)
    await desk.people(now)
    await desk.grievances_and_calls(now)
    for role in Role:
        await give_password(await add_agent(role.value, role.value.title(), role), now, password=PASSWORD)
    await sql.execute(SPEAK, {"language": Language.staff().value})
    values: dict[str, Sequence[str]] = {name: await sql.scalars(statement) for name, statement in REAL.items()}
    phones: list[str] = await sql.scalars(
        "SELECT msisdn FROM household_phone GROUP BY 1 HAVING count(*) = 1 ORDER BY 1"
    )
    await database.close_database()
    keys = ("holiday", "prepared-answer", "region", "cercle", "commune", "audit-entry")
    return {**values, "key": keys, "token": (TOKEN,), "phones": phones}


@contextmanager
def _serving(log: Path) -> Iterator[int]:
    """The server, its log in a file; gives the id of its process."""
    command = [sys.executable, "-m", "cli", "serve", "--port", str(PORT)]
    with log.open("wb") as errors, subprocess.Popen(command, stderr=errors) as process:  # noqa: S603
        try:
            until = time.monotonic() + STARTING_SECONDS
            while True:
                try:
                    if httpx.get(f"{ADDRESS}/health/ready", trust_env=False).status_code == httpx.codes.OK:
                        break
                except httpx.TransportError:
                    pass
                if time.monotonic() > until:
                    raise RuntimeError(log.read_text("utf-8")[-2000:])
                time.sleep(0.1)
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise RuntimeError(f"the server did not end: {log.read_text('utf-8')[-2000:]}") from None


def _memory(process: int) -> int:
    """What a process holds, in KiB."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(status.split("VmRSS:")[1].split()[0])


async def _attack(person: Person, open_ways: Sequence[Way], odd: Oddities, draw: random.Random, run: "_Run") -> None:
    await person.comes()
    since = 0
    while run.goes_on():
        way = draw.choice(open_ways)
        (request,) = odd.of(way, person.signed if way.method == "POST" else {}, 1)
        answer = await person.sends(request)
        run.outcome.statuses[answer.status_code] += 1
        since += 1
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            run.outcome.wrong[f"{way.method} {way.path} {answer.status_code}"] += 1
        if since > 50 and "/desk/login" in answer.headers.get("location", ""):
            await person.comes()
            since = 0


async def _call(phones: Sequence[str], run: "_Run") -> None:
    """Somebody files complaints meanwhile."""
    async with httpx.AsyncClient(base_url=ADDRESS, trust_env=False, timeout=60) as line:
        for number in count():
            form = {
                "sessionId": f"beside-{number}",
                "serviceCode": "*384#",
                "phoneNumber": phones[number % len(phones)],
            }
            answer = ""
            for typed in FILING:
                if not run.goes_on():
                    return
                began = time.perf_counter()
                answer = (await line.post(f"/ussd/africastalking/{TOKEN}", data={**form, "text": typed})).text
                run.outcome.hops.append(time.perf_counter() - began)
                await asyncio.sleep(0.1)
            run.outcome.apologies += "indisponible" in answer


class _Run:
    """How long it goes on, and what came of it so far."""

    def __init__(self, seconds: float, most: int, process: int) -> None:
        self.outcome = Outcome()
        self._began = time.monotonic()
        self._seconds, self._most, self._process = seconds, most, process
        self._measured = 0

    def goes_on(self) -> bool:
        """Whether neither the time nor the number is over; looks at the memory ten times on the way."""
        passed = time.monotonic() - self._began
        share = max(passed / self._seconds, self.outcome.requests / self._most)
        if share * 10 >= self._measured + 1:
            self._measured += 1
            self.outcome.memory.append(_memory(self._process))
        return share < 1.0


async def _odd(open_ways: Sequence[Way], real: dict[str, Sequence[str]], run: _Run, seed: int) -> None:
    phones = real.pop("phones")
    people = [Person(role) for role in (None, *Role)]
    names = {name for way in open_ways for name in way.names} | {"page", "q", "filter", "next", "sort", "text", "words"}
    for person in people:
        await person.comes()
        for way in open_ways:
            if way.method == "GET" and way.path.startswith("/desk") and not way.parameters and way.path not in LEAVING:
                names |= names_in((await person.http.get(way.path)).text)
    vocabulary = Vocabulary(sorted(names - {"csrftoken"}), real)
    tasks = [
        _attack(person, open_ways, Oddities(seed + number, vocabulary), random.Random(seed + number), run)
        for number, person in enumerate((people * AT_ONCE)[: max(AT_ONCE, len(people))])
    ]
    await asyncio.gather(*tasks, _call(phones, run))
    for person in people:
        await person.http.aclose()


def _logged(log: Path) -> Counter[str]:
    """What the server's log says went wrong."""
    wrong: Counter[str] = Counter()
    for line in log.read_text("utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            wrong[f"no JSON: {line[:80]}"] += 1
            continue
        if entry.get("event") in OURS:
            wrong[f"{entry['event']} {entry.get('error')} {entry.get('where')}"] += 1
    return wrong


def main() -> int:
    """Run it; 0 where nothing is wrong."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    asked.add_argument("--seconds", type=float, default=3600.0)
    asked.add_argument("--requests", type=int, default=1_000_000)
    asked.add_argument("--seed", type=int, default=int(time.time()))
    given = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="jigi-odd-"))
    log = folder / "log.jsonl"
    with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
        real = asyncio.run(_world(on, folder))
        os.environ |= {
            "JIGI_DATABASE_URL": on.database_url,
            "JIGI_REDIS_URL": on.redis_url,
            "JIGI_CALLBACK_TOKENS": TOKEN,
            "JIGI_DESK_TOTP": "false",
            **dict(zip((IDENTITIES, RECIPIENTS), new_identity(), strict=True)),
            "JIGI_DATA_DIR": str(folder / "data"),
            "JIGI_LINE_FILINGS_A_DAY": "100000",
            "JIGI_SIMULATOR": "true",
            "JIGI_STEP_SECONDS": "30",  # an apology is to mean an error, and not a slow machine
        }
        app = asgi.build(Settings(), on)
        open_ways = [way for way in ways(app) if way.path not in LEAVING]
        with _serving(log) as process:
            began = time.monotonic()
            run = _Run(given.seconds, given.requests, process)
            asyncio.run(_odd(open_ways, real, run, given.seed))
            seconds = time.monotonic() - began
    end_own_postgres(folder)
    wrong = run.outcome.wrong + _logged(log)
    shutil.rmtree(folder, ignore_errors=True)
    return _told(run.outcome, wrong, len(open_ways), seconds, given.seed)


def _told(outcome: Outcome, wrong: Counter[str], open_ways: int, seconds: float, seed: int) -> int:
    hops = sorted(outcome.hops)
    grew = outcome.memory[-1] / outcome.memory[0] if len(outcome.memory) > 1 else 1.0
    print(f"{outcome.requests} odd requests to {open_ways} ways in, {seconds:.0f} s, seed {seed}")
    print("answers: " + ", ".join(f"{status}: {times}" for status, times in sorted(outcome.statuses.items())))
    print(f"memory: {', '.join(f'{kib // 1024} MB' for kib in outcome.memory)} ({grew:.2f} times)")
    print(
        f"beside them: {len(hops)} hops, {outcome.apologies} apologies, p50 {hops[len(hops) // 2] * 1000:.0f} ms, "
        f"p95 {hops[int(len(hops) * 0.95)] * 1000:.0f} ms"
    )
    for fault, times in wrong.most_common(40):
        print(f"{times:6} {fault}")
    fine = not wrong and not outcome.apologies and grew <= GROWTH
    print("nothing is wrong" if fine else "SOMETHING IS WRONG")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
