"""Telephones behind the stand-in SMSC: what they dial and type comes to the line as `deliver_sm`, pages come back.

The SMSC's session numbers are few and come again. It speaks one of the two common conventions.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import smpp34

from core.platform import background
from core.platform.smpp.options import SmppOption
from core.text.short_messages import readable, written
from simulator.gateway import GatewayError, NoSession, PhoneScreen
from simulator.smsc import StandInSmsc, deliver

PATIENCE_SECONDS: Final = 15.0
DIALLED, TYPED, LAST = 1, 18, 17
SEQUENCES: Final = 128
BOUND_SECONDS: Final = 0.02


class NoPage(GatewayError):
    """The line did not take the hop, or sent no page for it."""


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """A page that the line opened a session on a phone by."""

    msisdn: str
    text: str


@dataclass
class SmscLine:
    """The USSD side of a stand-in SMSC: pages are handed to the phone whose session they are of.

    `sessions` are the numbers there are; with `by_reference` they stand in user_message_reference, and no hop has a
    number. A page that is not `shown` is refused with that status, as of a session that is no more.
    """

    smsc: StandInSmsc
    sessions: int = 200
    by_reference: bool = False
    service_code: str = "*384*1234#"
    refusal: int = 0
    opened: list[OpenedPage] = field(default_factory=list)
    _waiting: dict[tuple[str, int], "asyncio.Future[PhoneScreen]"] = field(default_factory=dict)
    _last: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SmscLine"]:
        """Hand pages on as long as the block lasts."""
        self.smsc.pages = asyncio.Queue()
        try:
            async with background.running(self._hand(self.smsc.pages)):
                yield self
        finally:
            self.smsc.pages = None

    def phone(self, msisdn: str) -> "SmscPhone":
        """A telephone, by its number in E.164."""
        return SmscPhone(self, msisdn)

    def next_session(self) -> int:
        """The next of the few session numbers."""
        self._last = (self._last + 1) % self.sessions
        return self._last

    async def sent(self, message: smpp34.DeliverSm, key: tuple[str, int]) -> PhoneScreen:
        """Give a hop to the line and wait for its page; raises NoPage."""
        page: asyncio.Future[PhoneScreen] = asyncio.get_running_loop().create_future()
        self._waiting[key] = page
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.given(message)
                return await page
        except TimeoutError:
            raise NoPage("no page") from None

    async def given(self, message: smpp34.DeliverSm) -> None:
        """Give a message to whoever is bound, waiting for one; raises NoPage where it is not taken."""
        while not (listening := self.smsc.listening):  # noqa: ASYNC110 - who binds is seen by another task
            await asyncio.sleep(BOUND_SECONDS)
        response = await deliver(listening[-1], message)
        if not response.is_success:
            raise NoPage(f"status {response.command_status}")

    async def _hand(self, pages: "asyncio.Queue[smpp34.SubmitSmEvent]") -> None:
        while True:
            event = await pages.get()
            options = {option.tag: option.value for option in event.tlvs}
            info = options.get(SmppOption.ITS_SESSION_INFO, b"\0\0")
            reference = options.get(SmppOption.USER_MESSAGE_REFERENCE, b"\0")
            session = int.from_bytes(reference, "big") if self.by_reference else info[0]
            if self.refusal:
                event.reject(self.refusal)
            else:
                event.accept("page")
            text = readable(event.short_message, event.data_coding, self.smsc.alphabet)
            if not options.keys() & {SmppOption.ITS_SESSION_INFO, SmppOption.USER_MESSAGE_REFERENCE}:
                self.opened.append(OpenedPage(f"+{event.destination_addr}", text))
                continue
            ends = options[SmppOption.USSD_SERVICE_OP][0] == LAST or bool(info[1] & 1)
            waiting = self._waiting.pop((event.destination_addr, session), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(PhoneScreen(ends, text))


class SmscPhone:
    """One phone, as `simulator.gateway.UssdCall` is one behind a gateway over HTTP."""

    def __init__(self, line: SmscLine, msisdn: str) -> None:
        self.msisdn = msisdn
        self.screen: PhoneScreen | None = None
        self.session: int | None = None
        self._line = line
        self._number = msisdn.lstrip("+")
        self._sequence = 0
        self._hop: smpp34.DeliverSm | None = None

    async def dial(self, deep: str = "") -> PhoneScreen:
        """Open a session; `deep` is what follows the code. Raises NoPage."""
        self.session, self._sequence = self._line.next_session(), 0
        code = self._line.service_code
        self._hop = self._message(f"{code.removesuffix('#')}*{deep}#" if deep else code, DIALLED)
        return await self.repeat()

    async def reply(self, key: str) -> PhoneScreen:
        """Type at the page that is shown. Raises NoSession, NoPage."""
        if self.session is None or (self.screen is not None and self.screen.ends):
            raise NoSession("no session is open")
        self._sequence = (self._sequence + 1) % SEQUENCES
        self._hop = self._message(key, TYPED)
        return await self.repeat()

    async def repeat(self) -> PhoneScreen:
        """Send the last hop once more, as an SMSC does that missed the answer."""
        if self._hop is None or self.session is None:
            raise NoSession("nothing was dialled")
        self.screen = await self._line.sent(self._hop, (self._number, self.session))
        return self.screen

    async def end_event(self, _: str = "Incomplete") -> None:
        """The session ends at the SMSC's side: an abort."""
        await self._line.given(self._message("", TYPED, ends=True))

    def _message(self, text: str, operation: int, *, ends: bool = False) -> smpp34.DeliverSm:
        session = self.session or 0
        options = [SmppOption.USSD_SERVICE_OP.of(bytes((operation,)))]
        info = bytes((0 if self._line.by_reference else session, self._sequence << 1 | int(ends)))
        if self._line.by_reference:
            options.append(SmppOption.USER_MESSAGE_REFERENCE.of(session.to_bytes(2, "big")))
        if ends or not self._line.by_reference:
            options.append(SmppOption.ITS_SESSION_INFO.of(info))
        octets = written(text, self._line.smsc.alphabet)
        return smpp34.DeliverSm(
            self._number,
            self._line.service_code,
            octets.whole,
            service_type="USSD",
            source_addr_ton=1,
            source_addr_npi=1,
            data_coding=octets.coding,
            tlvs=options,
        )
