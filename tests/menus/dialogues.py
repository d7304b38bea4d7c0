"""Whole conversations as files that the programme's staff can read: read, held with the line, written again.

`python -m tests.menus.dialogues --rewrite [NAME…]` holds each conversation anew and writes what the line says now. A
new one needs only its head and what the caller does.
"""

import argparse
import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qs

import httpx
import psycopg
from redis.asyncio import Redis
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from core.calls.journal import Journal
from core.calls.session_end import SessionEnd, SessionOutcome, Unsaid
from core.numbers.identifiers import is_reference
from core.platform import database
from core.platform.servers import end_own_postgres, own_postgres, own_redis
from core.platform.settings import Settings
from core.registry.callers import remember_language
from core.schema import migrations
from core.text.alphabet import GSM7
from core.text.languages import Language
from demo import world
from demo.callers import DEMO_CALLERS
from menus import line
from simulator.gateway import PhoneScreen, UssdCall
from simulator.last_input import LastInputPhone
from simulator.smsc import StandInSmsc
from simulator.smsc_phones import SmscLine
from sms.inbound import dropped_calls
from tests.support.kept_world import DIALOGUES, KeptWorld
from tests.ussd import beside_form_1
from tests.ussd.last_input import LastInputCall, MovingClock
from ussd import gateways
from ussd.engine import Engine
from ussd.gateway import EngineLine
from ussd.hops import on_day
from ussd.lastinput import LastInputCalls, read_fields
from ussd.sessions import Sessions
from ussd.smpp import SmppCalls

FOLDER: Final = Path(__file__).parent.parent / "dialogues"
NOW: Final = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DAY: Final = "mardi 24 novembre 2026, 10 h"
"""The moment at which all of them are held, and as their heads have it."""

HOUSEHOLDS: Final = 60
SHORT: Final = 7
"""Digits of a reference that is not long."""

LASTINPUT_FILE: Final = Path(__file__).parent.parent.parent / "simulator/lastinput.json"
CODE: Final = "*384*1234#"
HEADINGS: Final = {Language("fr"): "## En français", Language("bm"): "## En bambara"}
SCREEN: Final = "    │ "
END: Final = "L'appel est fini."
REFERENCE: Final = "{référence}"
LONG_REFERENCE: Final = "{référence longue}"
SECRET: Final = "{secret}"

_TITLE = re.compile(r"# (.+)")
_CALLER = re.compile(r"Appelant : (\+\d+) \((.+)\)")
_LANGUAGE_KNOWN, _LANGUAGE_NEW = "Langue : choisie à un appel d'avant", "Langue : pas encore choisie"
_ACTION = re.compile(r"Elle (compose|tape|écrit) (.+)|L'appel est coupé\.")
_REFERENCES = re.compile(r"(?<!\d)(?:\d{10}|\d{7})(?!\d)")
_SECRETS = re.compile(r"((?:Code secret :|Gundo nimòrò:) )(\d{4})\b")
_KNOWN_REFERENCES = frozenset(caller.reference for caller in DEMO_CALLERS)


class Unreadable(ValueError):
    """A file that is no dialogue; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the caller does, as the file has it, and what the phone shows then (None: nothing, the call is cut)."""

    action: str
    screen: PhoneScreen | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One conversation in both languages, by somebody who chose the language before or did not."""

    title: str
    msisdn: str
    actor: str
    knows_language: bool
    steps: dict[Language, list[Step]] = field(default_factory=dict)


def read(text: str) -> Dialogue:
    """Read a file; raises Unreadable with the number of the line."""
    lines = [line.rstrip() for line in text.splitlines()]
    head, bodies = _parts(lines)
    title = _match_in(_TITLE, head)
    caller = _match_in(_CALLER, head)
    if f"Jour : {DAY}" not in head:
        raise Unreadable(f"the head lacks « Jour : {DAY} »")
    if not {_LANGUAGE_KNOWN, _LANGUAGE_NEW} & set(head):
        raise Unreadable(f"the head lacks « {_LANGUAGE_KNOWN} » or « {_LANGUAGE_NEW} »")
    steps = {language: list(_steps(body)) for language, body in bodies.items()}
    return Dialogue(title[1], caller[1], caller[2], _LANGUAGE_KNOWN in head, steps)


def _parts(lines: Sequence[str]) -> tuple[list[str], dict[Language, list[tuple[int, str]]]]:
    """The lines of the head, and those of each language with their numbers."""
    languages = {heading: language for language, heading in HEADINGS.items()}
    head: list[str] = []
    bodies: dict[Language, list[tuple[int, str]]] = {}
    body: list[tuple[int, str]] | None = None
    for number, row in enumerate(lines, start=1):
        if row in languages:
            body = bodies.setdefault(languages[row], [])
        elif body is not None:
            body.append((number, row))
        else:
            head.append(row)
    if set(bodies) != set(HEADINGS):
        raise Unreadable(f"not both of {', '.join(HEADINGS.values())}")
    return head, bodies


def _match_in(pattern: re.Pattern[str], lines: Iterable[str]) -> re.Match[str]:
    for row in lines:
        match = pattern.fullmatch(row)
        if match:
            return match
    raise Unreadable(f"no line {pattern.pattern!r} in the head")


def _steps(body: Iterable[tuple[int, str]]) -> Iterator[Step]:
    action, shown, ends = "", list[str](), False
    for number, row in body:
        if _ACTION.fullmatch(row):
            if action:
                yield _step(action, shown, ends)
            action, shown, ends = row, [], False
        elif row.startswith(SCREEN.rstrip()) and action:
            shown.append(row[len(SCREEN) :])
        elif row == END and action:
            ends = True
        elif row:
            raise Unreadable(f"line {number}: {row!r} is neither something done nor something shown")
    if action:
        yield _step(action, shown, ends)


def _step(action: str, shown: Sequence[str], ends: bool) -> Step:
    return Step(action, PhoneScreen(ends, "\n".join(shown)) if shown else None)


def written(dialogue: Dialogue) -> str:
    """The file of a dialogue."""
    lines = [
        f"# {dialogue.title}",
        f"Appelant : {dialogue.msisdn} ({dialogue.actor})",
        _LANGUAGE_KNOWN if dialogue.knows_language else _LANGUAGE_NEW,
        f"Jour : {DAY}",
    ]
    for language, heading in HEADINGS.items():
        lines += ["", heading]
        for step in dialogue.steps[language]:
            lines += ["", step.action]
            if step.screen is None:
                continue
            lines += ["", *(f"{SCREEN}{row}".rstrip() for row in step.screen.text.split("\n"))]
            lines += ["", END] if step.screen.ends else []
    return "\n".join(lines) + "\n"


class Phone(Protocol):
    """A phone behind some gateway."""

    async def dial(self, deep: str = "") -> PhoneScreen: ...

    async def reply(self, key: str) -> PhoneScreen: ...

    async def end_event(self, status: str) -> object: ...


Phones = Callable[[str], Phone]
"""Gives the phone of a number."""


class Way(Enum):
    """What the gateway says of what is typed, with each hop."""

    WHOLE_TEXT = "the whole text"
    LAST_INPUT = "the last input and its number, every hop twice"
    LAST_INPUT_ALONE = "the last input alone"
    LAST_INPUT_OVER_HTTP = "the last input as JSON over HTTP, every hop twice"
    SMPP = "SMPP, the session in its_session_info"
    SMPP_BY_REFERENCE = "SMPP, the session in user_message_reference, and no numbers"
    BESIDE_FORM_1 = "the whole text, every second hop answered by a process of the first stored form"


THROUGH = {
    Way.WHOLE_TEXT: "africastalking",
    Way.LAST_INPUT_OVER_HTTP: "lastinput",
    Way.SMPP: "smpp",
    Way.SMPP_BY_REFERENCE: "smpp",
}
"""The ways that lead through a gateway's own file."""

WHOLE_TEXTS = (Way.WHOLE_TEXT, Way.BESIDE_FORM_1)
CONVENTIONS = {Way.SMPP: "pssr", Way.SMPP_BY_REFERENCE: "ussr,session=user_message_reference,numbered=no"}


def every_second_hop(redis: Redis) -> Callable[[httpx.Request], Awaitable[None]]:
    """What stands before the line and lets a process of the first stored form answer every second hop."""
    hops = count(1)

    async def before(request: httpx.Request) -> None:
        if next(hops) % 2 == 0:
            (msisdn,) = parse_qs(request.content.decode())["phoneNumber"]
            await beside_form_1.passed_through(redis, msisdn)

    return before


class Conversation:
    """One language of a dialogue, held with the line."""

    def __init__(self, phone: Phones, msisdn: str) -> None:
        self._phone, self._msisdn = phone, msisdn
        self._call = phone(msisdn)
        self._references: list[str] = []
        self._secret = ""

    async def held(self, steps: Iterable[Step]) -> list[Step]:
        """The same actions, and what the phone really shows after each."""
        return [Step(step.action, await self._done(step.action)) for step in steps]

    async def _done(self, action: str) -> PhoneScreen | None:
        match = _ACTION.fullmatch(action)
        if match is None or match[1] is None:
            await self._call.end_event("Incomplete")
            return None
        if match[1] == "compose":
            self._call = self._phone(self._msisdn)
            return self._shown(await self._call.dial(match[2].removeprefix(CODE[:-1]).strip("*#")))
        return self._shown(await self._call.reply(self._filled(match[2])))

    def _filled(self, typed: str) -> str:
        for place, reference in enumerate(self._references):
            typed = typed.replace(LONG_REFERENCE if len(reference) > SHORT else _name(place), reference)
        return typed.replace(SECRET, self._secret)

    def _shown(self, screen: PhoneScreen) -> PhoneScreen:
        """The screen with a name for each reference that was drawn by lot."""
        for digits in _REFERENCES.findall(screen.text):
            if is_reference(digits) and digits not in _KNOWN_REFERENCES and digits not in self._references:
                self._references.append(digits)
        given = _SECRETS.search(screen.text)
        self._secret = given[2] if given else self._secret
        text = _SECRETS.sub(rf"\1{SECRET}", screen.text)
        for place, reference in enumerate(self._references):
            text = text.replace(reference, LONG_REFERENCE if len(reference) > SHORT else _name(place))
        return PhoneScreen(screen.ends, text)


def _name(place: int) -> str:
    """The first reference of a conversation, the second…"""
    return REFERENCE if place == 0 else f"{REFERENCE[:-1]} {place + 1}}}"


def septets(screen: PhoneScreen) -> int:
    """What a screen of a file measures on the phone."""
    text = screen.text.replace(LONG_REFERENCE, "1234567890").replace(SECRET, "1234")
    return GSM7.measure(re.sub(r"\{référence( \d)?\}", "1234567", text))


class World:
    """The demonstration of that day in a database of its own, put back for each conversation."""

    def __init__(self, kept: KeptWorld, redis_url: str, way: Way = Way.WHOLE_TEXT) -> None:
        self._kept = kept
        self._redis_url = redis_url
        self._way = way

    @property
    def url(self) -> str:
        """Where its database is."""
        return self._kept.url

    def by(self, way: Way) -> "World":
        """The same world, dialled another way."""
        return World(self._kept, self._redis_url, way)

    @classmethod
    def built(cls, server: str, redis_url: str) -> "World":
        """That world, on a PostgreSQL that has none yet."""
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DIALOGUES}".encode())
        url = make_url(server).set(database=DIALOGUES).render_as_string(hide_password=False)
        migrations.upgrade(url)

        async def fill() -> None:
            database.open_database(url, statement_seconds=60)
            with tempfile.TemporaryDirectory(prefix="jigi-dialogues-") as folder:
                await world.build(Path(folder), NOW.date(), count=HOUSEHOLDS)
            await database.close_database()

        asyncio.run(fill())
        return cls(KeptWorld(url), redis_url)

    async def held(self, dialogue: Dialogue) -> Dialogue:
        """The dialogue as the line answers it, each language in a world where nobody called before."""
        steps = {}
        for language, asked in dialogue.steps.items():
            async with self._line() as phones:
                if dialogue.knows_language:
                    await remember_language(dialogue.msisdn, language)
                steps[language] = await Conversation(phones, dialogue.msisdn).held(asked)
        return Dialogue(dialogue.title, dialogue.msisdn, dialogue.actor, dialogue.knows_language, steps)

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Phones]:
        """The line at that moment, in the world as it was: the phones that call it."""
        self._kept.put_back()
        settings = Settings(callback_tokens=("demo",))
        database.open_database(self._kept.url, pool=4, statement_seconds=30)
        redis = Redis.from_url(self._redis_url)
        await redis.flushall()
        clock = MovingClock(NOW, 0.0 if self._way in WHOLE_TEXTS else 3.0)
        engine = Engine(
            line,
            sessions=Sessions(redis, seconds=settings.session_seconds, lock_seconds=60),
            journal=Journal(),
            alphabet=GSM7,
            step_seconds=30,
            typed_inputs=settings.typed_inputs,
            clock=clock,
        )

        async with self._phones(engine, settings, redis) as phones:
            yield phones
        await engine.close()
        await redis.aclose()
        await database.close_database()

    @asynccontextmanager
    async def _phones(self, engine: Engine, settings: Settings, redis: Redis) -> AsyncIterator[Phones]:
        async def end(session_end: SessionEnd, unsaid: Unsaid | None) -> None:
            await dropped_calls.end(session_end, unsaid, NOW)

        async def ended(call: str, msisdn: str) -> None:
            unsaid = await engine.cut(call, msisdn, timed_out=False)
            await end(SessionEnd(on_day(call, NOW), SessionOutcome.CUT, NOW), unsaid)

        if self._way in CONVENTIONS:
            async with self._smpp(EngineLine(engine, end)) as phones:
                yield phones
            return
        if self._way is Way.LAST_INPUT_OVER_HTTP:
            async with _last_inputs(EngineLine(engine, end)) as phones:
                yield phones
            return
        if self._way not in WHOLE_TEXTS:
            numbered = self._way is Way.LAST_INPUT
            sessions = count()
            yield lambda msisdn: LastInputCall(
                engine, msisdn, numbered=numbered, twice=numbered, ended=ended, first_session=next(sessions)
            )
            return
        calling = gateways.switched_on(settings)
        app = Starlette(routes=gateways.routes(calling, EngineLine(engine, end), settings))
        hooks = {"request": [every_second_hop(redis)]} if self._way is Way.BESIDE_FORM_1 else {}
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://line", event_hooks=hooks) as client:
            yield lambda msisdn: UssdCall(client, "/ussd/africastalking/demo", msisdn, service_code=CODE)

    @asynccontextmanager
    async def _smpp(self, answering: EngineLine) -> AsyncIterator[Phones]:
        async with StandInSmsc().running() as smsc:
            by_reference = self._way is Way.SMPP_BY_REFERENCE
            behind = SmscLine(smsc, sessions=3, by_reference=by_reference, service_code=CODE)
            chosen = {"smpp_ussd_url": smsc.url, "smpp_ussd_convention": CONVENTIONS[self._way]}
            gateway = SmppCalls(Settings.model_validate({"service_code": CODE, "step_seconds": 30, **chosen}))
            async with behind.running(), gateway.running(answering):
                yield behind.phone


@asynccontextmanager
async def _last_inputs(answering: EngineLine) -> AsyncIterator[Phones]:
    chosen = {"callback_tokens": ("demo",), "service_code": CODE, "lastinput_file": LASTINPUT_FILE}
    settings = Settings.model_validate(chosen)
    app = Starlette(routes=gateways.routes([LastInputCalls(settings)], answering, settings))
    sessions = count()

    def phone(msisdn: str) -> Phone:
        return Twice(
            client,
            "/ussd/lastinput/demo",
            msisdn,
            read_fields(settings),
            service_code=CODE,
            session_ids=3,
            first_session=next(sessions),
        )

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as client:
        yield phone


class Twice(LastInputPhone):
    """Behind a gateway that misses every answer, and posts every hop again."""

    async def repeat(self) -> PhoneScreen:
        page = await super().repeat()
        assert await super().repeat() == page
        return page


def files() -> list[Path]:
    """The dialogues, by name."""
    return sorted(FOLDER.glob("*.txt"))


async def rewrite(world: World, paths: Iterable[Path]) -> list[Path]:
    """Hold the dialogues anew and write what the line says now; give those that changed."""
    changed = []
    for path in paths:
        before = path.read_text("utf-8")
        after = written(await world.held(read(before)))
        if after != before:
            path.write_text(after, "utf-8")
            changed.append(path)
    return changed


def main() -> int:
    """Rewrite the dialogues named, or all."""
    parser = argparse.ArgumentParser(description="The dialogues of tests/dialogues.")
    parser.add_argument("--rewrite", action="store_true", required=True, help="write what the line says now")
    parser.add_argument("names", nargs="*", help="only these, such as payment_with_a_day")
    names = parser.parse_args().names
    paths = [path for path in files() if not names or path.stem in names]
    folder = Path(tempfile.mkdtemp(prefix="jigi-dialogues-"))
    redis = own_redis(folder)
    try:
        world = World.built(own_postgres(folder), redis.url)
        changed = asyncio.run(rewrite(world, paths))
    finally:
        redis.close()
        end_own_postgres(folder)
    sys.stdout.writelines(f"{path.name}\n" for path in changed)
    sys.stdout.write(f"{len(changed)} of {len(paths)} dialogues changed; read them (git diff) before you commit.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
