"""A stand-in SMSC on loopback: takes SMS by SMPP and sends receipts and messages, with faults to order.

The other side of every link is another implementation than ours: smpp34's own server.
"""

import argparse
import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

import smpp34

from core.platform.smpp.options import SmppOption
from core.text.short_messages import DefaultAlphabet, readable
from core.text.words import Code

RECEIPT: Final = 0x04
UDHI: Final = 0x40
AGAIN_SECONDS: Final = 0.2
PATIENCE_SECONDS: Final = 5.0
"""How long it waits for an answer: who is frozen gives none."""

TRIES: Final = 50
"""How often a message that was not taken is sent again, as an SMSC does."""


class SmscFault(Code):
    """What goes wrong with a submit: a refusal by its status, or no answer at all."""

    NONE = "none"
    """Nothing: this one goes well, and the next order is for the next."""
    THROTTLED = "throttled"
    QUEUE_FULL = "queue_full"
    INVALID_DESTINATION = "invalid_destination"
    INVALID_SOURCE = "invalid_source"
    SYSTEM_ERROR = "system_error"
    SUBMIT_FAILED = "submit_failed"
    SILENT = "silent"
    """Taken, and never answered."""
    CUT = "cut"
    """Taken, and the bind ends without an answer."""


STATUSES: Final = {
    SmscFault.THROTTLED: 0x58,
    SmscFault.QUEUE_FULL: 0x14,
    SmscFault.INVALID_DESTINATION: 0x0B,
    SmscFault.INVALID_SOURCE: 0x0A,
    SmscFault.SYSTEM_ERROR: 0x08,
    SmscFault.SUBMIT_FAILED: 0x45,
}


class ReceiptForm(Code):
    """By what a receipt says which message became what; `NONE`: it is lost."""

    OPTIONS = "options"
    TEXT = "text"
    BOTH = "both"
    NONE = "none"


class Spelling(Code):
    """How an id is written."""

    DECIMAL = "decimal"
    HEXADECIMAL = "hexadecimal"


@dataclass
class Receipts:
    """How receipts come: their form, the spelling of the id, how late (seconds), how often, and what they say."""

    form: ReceiptForm = ReceiptForm.BOTH
    spelling: Spelling = Spelling.DECIMAL
    late: float = 0.0
    times: int = 1
    state: int = 2
    word: str = "DELIVRD"


@dataclass(frozen=True, slots=True)
class TakenSms:
    """An SMS that was taken, its parts joined; `number` is the last part's, from which its id is made."""

    msisdn: str
    sender: str
    text: str
    number: int
    at: datetime


@dataclass
class SentReceipt:
    """A receipt that was sent: of which number, with which message_state, and whether it was taken."""

    number: int
    state: int
    is_taken: bool = False


@dataclass
class StandInSmsc:
    """One SMSC; `taken` is what it took whole, `ids` how it writes the ids that it gives."""

    port: int = 0
    ids: Spelling = Spelling.DECIMAL
    alphabet: DefaultAlphabet = DefaultAlphabet.GSM7
    receipts: Receipts = field(default_factory=Receipts)
    taken: list[TakenSms] = field(default_factory=list)
    receipts_sent: list[SentReceipt] = field(default_factory=list)
    asked: int = 0
    faults: deque[SmscFault] = field(default_factory=deque)
    draw: Callable[[str], SmscFault] | None = None
    """Draws a fault for a number where none was ordered."""
    draw_receipts: Callable[[], Sequence[Receipts]] | None = None
    """Draws the receipts of a message, one after the other, in place of `receipts`."""

    esmes: dict[str, smpp34.Esme] = field(default_factory=dict)
    pages: "asyncio.Queue[smpp34.SubmitSmEvent] | None" = None
    """Where pages of USSD go; None: they are refused."""

    _numbers: "count[int]" = field(default_factory=lambda: count(1001))
    _turns: "count[int]" = field(default_factory=count)
    _parts: dict[tuple[str, int], dict[int, bytes]] = field(default_factory=dict)
    _held: list[smpp34.SubmitSmEvent] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: smpp34.Server | None = None
    _serving: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is, as a setting has it."""
        return f"smpp://jigi:secret@127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["StandInSmsc"]:
        """Answer whoever binds, as long as the block lasts."""
        self.port = self.port or free_port()
        await self.switch_on()
        try:
            yield self
        finally:
            self._tell_nothing()
            await self.switch_off()
            for serving in self._serving:
                serving.cancel()
            self._serving.clear()

    async def switch_on(self) -> None:
        """Let who wants bind; nothing changes where that is so."""
        if self._server is None:
            self._server = smpp34.Server("127.0.0.1", self.port, system_id="SMSC")
            await self._server.start()
            self._serving.append(asyncio.create_task(self._serve(self._server)))

    async def switch_off(self) -> None:
        """End every bind and let nobody bind; what is to be told is told when it is on again.

        A server that is stopped still has whoever was just binding, and hears them: each is parted from as it is met.
        """
        if self._server is not None:
            server, self._server = self._server, None
            await server.stop()
            await self.hang_up()

    async def forget(self) -> None:
        """Be on and healthy, and as if nothing had been taken; ids given before are not given again."""
        await self.switch_on()
        self.draw = self.draw_receipts = None
        self._tell_nothing()
        for each in (self.faults, self.taken, self.receipts_sent, self._held, self._parts):
            each.clear()

    def _tell_nothing(self) -> None:
        for task in list(self._tasks):
            task.cancel()

    async def hang_up(self) -> None:
        """End every bind."""
        for esme in list(self.esmes.values()):
            with suppress(smpp34.SmppError, TimeoutError):
                async with asyncio.timeout(2.0):
                    await esme.unbind()
        self.esmes.clear()

    def order(self, fault: SmscFault, times: int = 1) -> None:
        """Let the next submits fail so."""
        self.faults.extend([fault] * times)

    def spelt(self, number: int, spelling: Spelling) -> str:
        """An id."""
        return f"{number:x}" if spelling is Spelling.HEXADECIMAL else str(number)

    async def write(self, sender: str, words: bytes, coding: int = 0, to: str = "36000") -> None:
        """Somebody writes an SMS; it is sent again until it is taken."""
        await self._deliver(smpp34.DeliverSm(sender, to, words, data_coding=coding))

    async def _serve(self, server: smpp34.Server) -> None:
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.esmes[event.session_id] = event
                if server is not self._server:
                    await self.hang_up()
            elif isinstance(event, smpp34.SubmitSmEvent):
                self._meet(event)
            else:
                self.esmes.pop(event.session_id, None)

    def _meet(self, event: smpp34.SubmitSmEvent) -> None:
        if event.service_type == "USSD":
            if self.pages is None:
                event.reject(STATUSES[SmscFault.SYSTEM_ERROR])
            else:
                self.pages.put_nowait(event)
            return
        self.asked += 1
        fault = self._fault(event.destination_addr)
        if fault in STATUSES:
            event.reject(STATUSES[fault])
            return
        number = next(self._numbers)
        self._take(event, number)
        if fault is SmscFault.SILENT:
            self._held.append(event)
        elif fault is SmscFault.CUT:
            self._held.append(event)
            self._do(self.hang_up())
        else:
            event.accept(self.spelt(number, self.ids))

    def _fault(self, destination: str) -> SmscFault:
        if self.faults:
            return self.faults.popleft()
        return self.draw(f"+{destination}") if self.draw is not None else SmscFault.NONE

    def _take(self, event: smpp34.SubmitSmEvent, number: int) -> None:
        octets = self._whole(event)
        if octets is not None:
            text = readable(octets, event.data_coding, self.alphabet)
            self.taken.append(
                TakenSms(f"+{event.destination_addr}", event.source_addr, text, number, datetime.now(UTC))
            )
        if event.registered_delivery:
            self._do(self._tell(event, number))

    async def _tell(self, event: smpp34.SubmitSmEvent, number: int) -> None:
        """Send the receipts of a message, one after the other."""
        for receipts in self.draw_receipts() if self.draw_receipts is not None else [self.receipts]:
            if receipts.form is not ReceiptForm.NONE:
                await self._receipt(event, number, receipts)

    def _whole(self, event: smpp34.SubmitSmEvent) -> bytes | None:
        """The text, once its last part is here."""
        options = {option.tag: option.value for option in event.tlvs}
        octets = event.short_message or options.get(SmppOption.MESSAGE_PAYLOAD, b"")
        if event.esm_class & UDHI:
            reference, parts, place, octets = octets[3], octets[4], octets[5], octets[6:]
        elif SmppOption.SAR_MSG_REF_NUM in options:
            reference = int.from_bytes(options[SmppOption.SAR_MSG_REF_NUM], "big")
            parts = options[SmppOption.SAR_TOTAL_SEGMENTS][0]
            place = options[SmppOption.SAR_SEGMENT_SEQNUM][0]
        else:
            return octets
        joined = self._parts.setdefault((event.destination_addr, reference), {})
        joined[place] = octets
        if len(joined) < parts:
            return None
        del self._parts[event.destination_addr, reference]
        return b"".join(joined[each] for each in sorted(joined))

    async def _receipt(self, event: smpp34.SubmitSmEvent, number: int, receipts: Receipts) -> None:
        await asyncio.sleep(receipts.late)
        named = self.spelt(number, receipts.spelling)
        text, options = b"", []
        if receipts.form in (ReceiptForm.TEXT, ReceiptForm.BOTH):
            done = "2611241200"
            text = (
                f"id:{named} sub:001 dlvrd:001 submit date:{done} done date:{done} stat:{receipts.word} err:000 text:"
            ).encode()
        if receipts.form in (ReceiptForm.OPTIONS, ReceiptForm.BOTH):
            options = [
                SmppOption.RECEIPTED_MESSAGE_ID.of(named.encode() + b"\0"),
                SmppOption.MESSAGE_STATE.of(bytes((receipts.state,))),
            ]
        for _ in range(receipts.times):
            sent = SentReceipt(number, receipts.state)
            self.receipts_sent.append(sent)
            sent.is_taken = await self._deliver(
                smpp34.DeliverSm(
                    event.destination_addr, event.source_addr, text, esm_class=RECEIPT, tlvs=options, source_addr_ton=1
                )
            )

    async def _deliver(self, message: smpp34.DeliverSm) -> bool:
        """Give a message to one of those who are bound, in turns; again, until it is taken or nobody takes it."""
        for _ in range(TRIES):
            if await self.give(message):
                return True
            await asyncio.sleep(AGAIN_SECONDS)
        return False

    async def give(self, message: smpp34.DeliverSm) -> bool:
        """Give a message once to one of those who are bound; whether it was taken."""
        listening = self.listening
        return bool(listening) and await self._given(listening[next(self._turns) % len(listening)], message)

    @property
    def listening(self) -> Sequence[smpp34.Esme]:
        """Those who are bound and take what comes, the last of them last."""
        return [esme for esme in self.esmes.values() if esme.can_receive]

    @property
    def is_telling(self) -> bool:
        """Whether something is to be given yet."""
        return bool(self._tasks)

    async def _given(self, esme: smpp34.Esme, message: smpp34.DeliverSm) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                response = await deliver(esme, message)
        except (smpp34.SmppError, TimeoutError):
            return False
        return response.is_success

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def deliver(esme: smpp34.Esme, message: smpp34.DeliverSm) -> smpp34.DeliverSmResp:
    """Give a message to one who is bound; raises SmppError where nobody answers."""
    return await esme.deliver_sm(
        message.destination_addr,
        message.short_message,
        source_addr=message.source_addr,
        service_type=message.service_type,
        source_addr_ton=message.source_addr_ton,
        esm_class=message.esm_class,
        data_coding=message.data_coding,
        tlvs=message.tlvs,
    )


def free_port() -> int:
    """A port of loopback that nobody listens at now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


async def _until_ended(port: int) -> None:
    async with StandInSmsc(port, receipts=Receipts(ReceiptForm.NONE)).running():
        await asyncio.Event().wait()


def main() -> None:
    """Take SMS on a port of loopback, and send no receipts, until ended."""
    command = argparse.ArgumentParser(prog="python -m simulator.smsc", description="A stand-in SMSC.")
    command.add_argument("--port", type=int, default=2775)
    asyncio.run(_until_ended(command.parse_args().port))


if __name__ == "__main__":
    main()
