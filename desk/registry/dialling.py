"""What a household's phone shows when it dials, tried at the desk: the line itself answers, and nothing is changed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.calls.journal import JournalEntry
from core.platform.database import undone
from core.platform.settings import Settings
from core.staff.agents import Actor
from core.staff.row_security import become
from core.text.alphabet import alphabet
from core.text.languages import Language
from menus import line
from ussd.engine import Engine
from ussd.hops import Hop
from ussd.sessions import Held
from ussd.state import State

MOST_KEYS: Final = 60
LONGEST_KEY: Final = 160


@dataclass(frozen=True, slots=True)
class DialledPage:
    """What the phone shows after some keys; `failed` that this step cannot be tried from the desk."""

    text: str
    ends: bool
    failed: bool


class _OneCall:
    """The session of a call that is played whole each time, and so needs none."""

    async def take(self, msisdn: str, token: str) -> Held:
        return Held(True, None)

    async def keep(self, msisdn: str, token: str, state: State, *, remember: Language | None) -> bool:
        return True

    async def free(self, msisdn: str, token: str) -> None:
        return None

    async def stored(self, msisdn: str) -> State | None:
        return None

    async def language(self, msisdn: str) -> Language | None:
        return None


class _NoJournal:
    """The journal of a call that is played whole each time, and leaves nothing."""

    async def last(self, session_id: str, upto: int) -> dict[str, Any] | None:
        return None

    @asynccontextmanager
    async def once(self, key: str, session_id: str, position: int) -> AsyncIterator[JournalEntry]:
        yield JournalEntry(None)

    async def keep(self, key: str, session_id: str, position: int, state: dict[str, Any]) -> None:
        return None


class _Tried(Engine):
    """The engine of the line, whose failure is told to who tries and not counted as one of the line's."""

    failure = False

    def failed(self, error: BaseException | None, hop: Hop) -> None:
        """Remember that it failed."""
        self.failure = True


async def dial_as(
    actor: Actor, msisdn: str, keys: tuple[str, ...], settings: Settings, clock: Callable[[], datetime]
) -> DialledPage:
    """Play a call from this phone as far as these keys lead, and undo all that it did: no SMS, no grievance, no try.

    It is called at the hour of `clock`, which is that of the page around it.
    The line sees no more than `actor` does, so that nobody reads here what they may not read elsewhere.
    """
    engine = _Tried(
        line,
        sessions=_OneCall(),
        journal=_NoJournal(),
        alphabet=alphabet(settings.alphabet),
        step_seconds=settings.step_seconds,
        typed_inputs=settings.typed_inputs,
        clock=clock,
    )
    async with undone():
        await become(actor)
        reply = await engine.answer(Hop("desk", f"desk {actor.id}", msisdn, "*".join(keys)))
        await engine.close()
    return DialledPage(reply.text, reply.ends, engine.failure)


def pressed(so_far: str, key: str) -> tuple[str, ...]:
    """The keys of a call with one more, as a form carries them; a star parts them and cannot be one."""
    fresh = key.replace("*", " ").strip()[:LONGEST_KEY]
    return tuple(part for part in (*so_far.split("*"), fresh) if part)[:MOST_KEYS]
