"""`make bench`: 20 agents at work at the desk on the full load; how long each page takes, and the 95th percentile."""

import asyncio
import html
import os
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from statistics import median, quantiles
from typing import Final

import httpx
from sqlmodel import col, select

from bench import desk_world
from bench.serving import desk_ground, serving
from core.grievances.models import Grievance
from core.grievances.search import GrievanceStanding
from core.grievances.subjects import Sensitivity
from core.grievances.vocabulary import OPEN
from core.platform import database
from core.registry.models import Household, HouseholdPhone
from core.staff.agents import Agent, Role
from core.staff.sign_in import give_password

PORT: Final = 8951
SECONDS: Final = 60.0
WARM_SECONDS: Final = 4.0
THINKS: Final = (0.5, 1.5)
"""Seconds somebody looks at a page before asking for the next: twenty people who read very fast."""

MOST_MS: Final = 300.0
PASSWORD: Final = "un long mot de passe"  # noqa: S105 - of a database that is thrown away
TOKEN: Final = re.compile(r'name="csrftoken" value="([^"]+)"')
WORDS_OF_FORMS: Final[dict[httpx.AsyncClient, str]] = {}
SELDOM: Final = (
    *("call-requests", "together", "intake", "register", "absences", "campaigns", "figures", "indicators", "reports"),
    *("received", "dead-numbers", "corrections", "imports", "readings"),
)
"""What somebody opens now and then, by its path; not everybody may."""

MIX: Final = {"queue": 30, "case": 35, "grievances": 12, "households": 15, "dashboard": 8} | dict.fromkeys(SELDOM, 2)
"""How often each page is asked for, beside the others."""

COUNTED: Final = ("dashboard", "figures", "indicators", "reports")
"""Pages of counts that a web process keeps for whom they are the same: made once, and shown again."""

Asked = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Words:
    """What is opened and typed: the rows of cases; numbers, phones and names that are there."""

    cases: Sequence[int]
    searches: Sequence[str]


async def _world() -> tuple[list[tuple[str, Role]], Words]:
    """Build it; give who signs in with their role, and what they ask for."""
    database.open_database(os.environ["JIGI_DATABASE_URL"], pool=2, statement_seconds=3600)
    began = time.perf_counter()
    now = datetime.now(UTC)
    await desk_world.make(now)
    ordinary = col(Grievance.sensitivity) != Sensitivity.SENSITIVE
    cases = select(Grievance.id).where(col(Grievance.state).in_(OPEN), ordinary).order_by(col(Grievance.id))
    people = (
        select(Household.household_no, Household.head_name, HouseholdPhone.msisdn)
        .join(HouseholdPhone)
        .where(col(Household.id) % 1009 == 0)
    )
    async with database.reading() as session:
        agents = (await session.exec(select(Agent).order_by(col(Agent.id)))).all()
        words = Words(
            cases=[row for row in (await session.exec(cases.limit(500))).all() if row is not None],
            searches=[
                word for number, name, msisdn in await session.exec(people) for word in (number, name, msisdn[4:], name)
            ],
        )
    for agent in agents:
        assert agent.id is not None
        await give_password(agent.id, now, password=PASSWORD)
    await database.close_database()
    print(
        f"desk     {desk_world.HOUSEHOLDS:,} households, {desk_world.GRIEVANCES:,} grievances, "
        f"{desk_world.CAMPAIGNS * desk_world.MESSAGES_EACH:,} messages made in {time.perf_counter() - began:.0f} s"
    )
    return [(agent.login, agent.role) for agent in agents], words


async def _signed_in(login: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", trust_env=False, timeout=60)
    page = await client.get("/desk/login")
    token = TOKEN.search(page.text)
    if token is None:
        raise RuntimeError(page.text)
    fields = {"csrftoken": html.unescape(token[1]), "login": login, "password": PASSWORD}
    answer = await client.post("/desk/login", data=fields)
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise RuntimeError(f"{login} is not let in: {answer.status_code}")
    return client


async def _word(client: httpx.AsyncClient) -> str:
    """The word of the forms of this session, as the page that a search is typed into holds it."""
    held = WORDS_OF_FORMS.get(client)
    if held is None:
        token = TOKEN.search((await client.get("/desk/account")).text)
        held = WORDS_OF_FORMS[client] = html.unescape(token[1]) if token else ""
    return held


def _address(page: str, words: Words, draw: Random) -> tuple[str, dict[str, str]]:
    match page:
        case "queue":
            return "/desk/queue", {}
        case "case":
            return f"/desk/cases/of/{draw.choice(words.cases)}", {}
        case "grievances":
            searched = draw.choice(words.searches)
            standings = ({"state": GrievanceStanding.OPEN.value}, {"state": GrievanceStanding.OVERDUE.value})
            return "/desk/grievances", draw.choice(({"words": searched}, *standings))
        case "households":
            return "/desk/households", {"q": draw.choice(words.searches)}
        case page if page in SELDOM:
            return f"/desk/{page}", {}
        case _:
            return "/desk/dashboard", {"days": draw.choice(("7", "30", "30", "30", "90", "365"))}


async def _at_work(client: httpx.AsyncClient, role: Role, words: Words, seed: int, until: float, asked: Asked) -> None:
    """One person, page after page; focal persons, to whom other cases are not there, look at their queue."""
    draw = Random(seed)
    pages = ("queue", "dashboard", "grievances") if role is Role.FOCAL else tuple(MIX)
    while time.perf_counter() < until:
        await asyncio.sleep(draw.uniform(*THINKS))
        page = draw.choices(pages, [MIX[name] for name in pages])[0]
        path, params = _address(page, words, draw)
        began = time.perf_counter()
        if "q" in params or "words" in params:
            answer = await client.post(path, data={**params, "csrftoken": await _word(client)})
        else:
            answer = await client.get(path, params=params)
        if answer.status_code == httpx.codes.OK:
            asked[page].append((time.perf_counter() - began) * 1000)
        elif answer.status_code not in (httpx.codes.NOT_FOUND, httpx.codes.SEE_OTHER, httpx.codes.FORBIDDEN):
            # a case may be out of one's scope, a search may lead straight to what it found, a page be for others
            raise RuntimeError(f"{path}: {answer.status_code}")


async def _looked(client: httpx.AsyncClient, path: str) -> float | None:
    """How many ms a page takes; None for who may not see it."""
    began = time.perf_counter()
    answer = await client.get(path)
    if answer.status_code == httpx.codes.FORBIDDEN:
        return None
    answer.raise_for_status()
    return (time.perf_counter() - began) * 1000


async def _measured(people: Sequence[tuple[str, Role]], words: Words) -> Asked:
    clients = [await _signed_in(login) for login, _ in people]
    for page in COUNTED:
        first = [took for client in clients if (took := await _looked(client, f"/desk/{page}")) is not None]
        print(f"         {page:13} counted at the first look; of {len(first)} people the longest {max(first):.0f} ms")
    warming: Asked = defaultdict(list)
    asked: Asked = defaultdict(list)
    for seconds, kept in ((WARM_SECONDS, warming), (SECONDS, asked)):
        until = time.perf_counter() + seconds
        await asyncio.gather(
            *(
                _at_work(client, role, words, seed, until, kept)
                for seed, (client, (_, role)) in enumerate(zip(clients, people, strict=True))
            )
        )
    for client in clients:
        await client.aclose()
    return asked


def main() -> None:
    """Build, measure, print."""
    with desk_ground("desk"):
        people, words = asyncio.run(_world())
        with serving("asgi:build", PORT, "/health/live"):
            asked = asyncio.run(_measured(people, words))
    print(f"         {len(people)} people at work for {SECONDS:.0f} s, one web process")
    worst = 0.0
    for page in MIX:
        took = sorted(asked[page])
        if len(took) < 2:
            print(f"         {page:13} not seen")
            continue
        high = quantiles(took, n=100, method="inclusive")[94]
        worst = max(worst, high)
        print(
            f"         {page:13} {len(took):5} times   p50 {median(took):6.0f} ms   p95 {high:6.0f} ms"
            f"   worst {took[-1]:6.0f} ms"
        )
    print(f"         p95 of every page within {MOST_MS:.0f} ms: {'yes' if worst <= MOST_MS else 'NO'}")


if __name__ == "__main__":
    main()
