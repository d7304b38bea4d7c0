"""One bind of an SMPP account, as long as it stands.

What comes is answered when it has been dealt with, and as whoever took it says: a delivery report or a message is
stored before the other side may forget it. What could not be taken is answered so that it is sent again.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import smpp34
import structlog

from core.platform.background import end_tasks
from core.platform.errors import JigiError
from core.platform.logs import place_of
from core.platform.smpp.accounts import SmppAccount
from core.platform.smpp.pdus import (
    RESPONSE,
    BadPdu,
    Pdu,
    SmppCommand,
    SmppStatus,
    bind_body,
    numbered,
    pdu,
    read_pdu,
)

log = structlog.get_logger(__name__)

ANSWER_SECONDS: Final = 10.0
"""How long a bind and the question whether the other side lives wait for an answer."""

PARTING_SECONDS: Final = 2.0
MOST_AT_HAND: Final = 500
"""Messages of the other side that are being taken at a time; it is told to slow down beyond."""

LAST_SEQUENCE: Final = 0x7FFF_FFFF


class NotBound(JigiError):
    """There is no bind: nothing left the house."""


class BindRefused(NotBound):
    """The other side does not let us in; `status` is its answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"bind refused: 0x{status:02X}")
        self.status = status


class NoResponse(JigiError):
    """A message left, and no answer tells what became of it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How what came is answered, and what is done once the answer is written."""

    status: int = SmppStatus.OK
    then: Callable[[], Awaitable[None]] | None = None


TAKEN: Final = Verdict()
AGAIN: Final = Verdict(SmppStatus.NOT_NOW)


class SmppLink:
    """A bind that stands; made by `bound`."""

    def __init__(self, account: SmppAccount, reader: StreamReader, writer: StreamWriter, take: "Take") -> None:
        self.account = account
        self.why = ""
        self._reader, self._writer = reader, writer
        self._take = take
        self._window = asyncio.Semaphore(account.window)
        self._sequence = 0
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._at_hand: set[asyncio.Task[None]] = set()
        self._parting = False
        self._over = asyncio.Event()
        self._heard = asyncio.get_running_loop().time()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def load(self) -> int:
        """Messages without an answer."""
        return len(self._waiting)

    async def submit(self, message: smpp34.SubmitSm, seconds: float) -> Pdu:
        """Send a message and give its answer, whatever it says; raises NotBound or NoResponse."""
        async with self._window:
            return await self._asked(message.encode(), seconds)

    async def ended(self) -> None:
        """Wait until the link is no more; `why` says then what ended it."""
        await self._over.wait()

    async def close(self, seconds: float = ANSWER_SECONDS) -> None:
        """Part in order: what is at hand is finished, nothing new is taken, then the bind is given up."""
        self._parting = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (self._at_hand or self._waiting) and not self._over.is_set():
                    under_way: set[asyncio.Future[Any]] = {*self._at_hand, *self._waiting.values()}
                    await asyncio.wait(under_way, timeout=0.1)
        with suppress(NotBound, NoResponse):
            await self._asked(pdu(SmppCommand.UNBIND, 0), PARTING_SECONDS)
        self._end("parted")
        await end_tasks(self._tasks)

    async def bind(self) -> None:
        """Ask to be let in, and then listen; raises BindRefused, NotBound."""
        account = self.account
        body = bind_body(account.system_id, account.password, account.system_type)
        self._tasks.append(asyncio.create_task(self._listen()))
        try:
            response = await self._asked(pdu(account.mode.command, 0, body), ANSWER_SECONDS)
        except NoResponse as error:
            self._end("no answer to the bind")
            raise NotBound(str(error)) from error
        if response.status != SmppStatus.OK:
            self._end("refused")
            raise BindRefused(response.status)
        self._tasks.append(asyncio.create_task(self._ask_whether_it_lives()))

    async def _asked(self, whole: bytes, seconds: float) -> Pdu:
        """Write a PDU under the next number and wait for what answers it."""
        if self._over.is_set():
            raise NotBound(self.why)
        self._sequence = self._sequence % LAST_SEQUENCE + 1
        sequence = self._sequence
        response: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = response
        try:
            async with asyncio.timeout(seconds):
                self._writer.write(numbered(whole, sequence))
                await self._writer.drain()
                return await response
        except TimeoutError:
            raise NoResponse(f"no answer within {seconds:g} s") from None
        except OSError as error:
            raise NoResponse(type(error).__name__) from error
        finally:
            self._waiting.pop(sequence, None)

    async def _listen(self) -> None:
        why = "ended"
        try:
            while not self._over.is_set():
                self._meet(await read_pdu(self._reader))
                self._heard = asyncio.get_running_loop().time()
        except (OSError, asyncio.IncompleteReadError, BadPdu) as error:
            why = "closed by the other side" if isinstance(error, asyncio.IncompleteReadError) else str(error)
        finally:
            self._end(why)

    def _meet(self, met: Pdu) -> None:
        if met.command & RESPONSE:
            waiting = self._waiting.get(met.sequence)
            if waiting is not None and not waiting.done():
                waiting.set_result(met)
            return
        match met.command:
            case SmppCommand.DELIVER_SM:
                self._deliver(met)
            case SmppCommand.ENQUIRE_LINK:
                self._respond(met, SmppStatus.OK)
            case SmppCommand.UNBIND:
                self._respond(met, SmppStatus.OK)
                self._end("unbound by the other side")
            case _:
                self._write(pdu(SmppCommand.GENERIC_NACK, met.sequence, status=SmppStatus.INVALID_COMMAND))

    def _deliver(self, met: Pdu) -> None:
        if self._parting:
            self._respond(met, SmppStatus.NOT_NOW)
        elif len(self._at_hand) >= MOST_AT_HAND:
            self._respond(met, SmppStatus.THROTTLED)
        else:
            task = asyncio.create_task(self._taken(met))
            self._at_hand.add(task)
            task.add_done_callback(self._at_hand.discard)

    async def _taken(self, met: Pdu) -> None:
        try:
            message = smpp34.decode(met.whole)
        except smpp34.SmppError:
            message = None
        if not isinstance(message, smpp34.DeliverSm):
            self._respond(met, SmppStatus.REJECTED)
            return
        try:
            verdict = await self._take(self, message)
        except Exception as error:
            log.error("delivery_not_taken", error=type(error).__name__, where=place_of(error))
            verdict = AGAIN
        self._respond(met, verdict.status)
        if verdict.then is not None:
            await self._followed(verdict.then)

    async def _followed(self, then: Callable[[], Awaitable[None]]) -> None:
        try:
            await then()
        except Exception as error:
            log.error("delivery_not_followed", error=type(error).__name__, where=place_of(error))

    def _respond(self, met: Pdu, status: int) -> None:
        """Answer what came, once; what answers a message has an empty id behind its header."""
        body = b"\0" if met.command == SmppCommand.DELIVER_SM else b""
        self._write(pdu(met.command | RESPONSE, met.sequence, body, status))

    def _write(self, whole: bytes) -> None:
        if not self._over.is_set():
            self._writer.write(whole)

    async def _ask_whether_it_lives(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            silent = loop.time() - self._heard
            if silent < self.account.enquire:
                await asyncio.sleep(self.account.enquire - silent)
                continue
            try:
                await self._asked(pdu(SmppCommand.ENQUIRE_LINK, 0), ANSWER_SECONDS)
            except (NotBound, NoResponse):
                self._end("silent")
                return

    def _end(self, why: str) -> None:
        """Let go of the connection; whoever waits for an answer learns that none comes."""
        if self._over.is_set():
            return
        self.why = why
        self._over.set()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(NoResponse(why))
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._writer.close()


Take = Callable[[SmppLink, smpp34.DeliverSm], Awaitable[Verdict]]
"""Deals with what came over a link; where it raises, the other side is asked to send it again."""


async def bound(account: SmppAccount, take: Take, connect_seconds: float) -> SmppLink:
    """Connect and bind; raises NotBound, BindRefused."""
    try:
        async with asyncio.timeout(connect_seconds):
            reader, writer = await asyncio.open_connection(account.host, account.port, ssl=account.tls())
    except (OSError, TimeoutError) as error:
        raise NotBound(f"{account.name}: {type(error).__name__}") from error
    link = SmppLink(account, reader, writer, take)
    try:
        await link.bind()
    except BaseException:
        writer.close()
        raise
    return link
