"""USSD by SMPP 3.4: hops come as `deliver_sm`, pages go as `submit_sm` over the bind that the hop came by.

Only the last input comes, under session numbers that are few and come again. A hop is acknowledged once its call
stands where the page is; the page follows (`docs/decisions/0018-smpp.md`). One process at a time holds the binds.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import ClassVar, Final

import smpp34
import structlog

from core.calls.session_end import SessionOutcome
from core.numbers.msisdn import BadNumber, calling
from core.platform import background
from core.platform.gateways import Trial
from core.platform.locks import Lock
from core.platform.settings import Settings, WrongSetting
from core.platform.smpp.accounts import read_accounts
from core.platform.smpp.binds import Binds
from core.platform.smpp.link import AGAIN, TAKEN, NoResponse, NotBound, SmppLink, Verdict, bound
from core.platform.smpp.pdus import SmppStatus
from core.platform.smpp.trials import lets_us_in, not_in, sending_only, take_nothing
from core.platform.smpp.turn import Turn
from ussd import metrics
from ussd.conventions import SETTING as CONVENTION
from ussd.conventions import read_convention
from ussd.gateway import SessionEnding, UssdGateway, UssdLine
from ussd.hops import Hop, Reply
from ussd.silences import PhoneSession, SilenceBook

log = structlog.get_logger(__name__)

NAME: Final = "smpp"
URL: Final = "JIGI_SMPP_USSD_URL"
CONNECT_SECONDS: Final = 5.0
SLOW: Final = frozenset({SmppStatus.THROTTLED, SmppStatus.QUEUE_FULL})
SLOW_WAITS: Final = (0.1, 0.3, 0.6)
"""Waits of a page that was told to be slower."""

GREETING: Final = "Jigisèmèjiri : essai de la passerelle USSD. Il n'y a rien à faire."

SWEEP_SECONDS: Final = 1.0
READ_SECONDS: Final = 10.0
"""A last page that was taken, and of whose session no abort was heard for so long, was read."""


class SmppCalls(UssdGateway):
    """The gateway, on a link that it holds while it is this process's turn."""

    name: ClassVar[str] = NAME

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._convention = read_convention(settings.smpp_ussd_convention)
        self._accounts = read_accounts(URL, settings.smpp_ussd_url.get_secret_value())
        self._silences = SilenceBook(NAME)
        self._turn: Turn | None = None

    def running(self, line: UssdLine) -> AbstractAsyncContextManager[None]:
        """Take turns with other processes at holding the binds; raises WrongSetting where there are none."""
        if not self._accounts:
            raise WrongSetting(
                f"{URL} is not set, and JIGI_USSD_GATEWAYS names {NAME}.",
                f"{URL} n'est pas réglé, et JIGI_USSD_GATEWAYS nomme {NAME}.",
            )
        return self._held(line)

    @property
    def standing(self) -> str:
        """Whether calls come by it, here or at another process."""
        return self._turn.standing if self._turn else "down: not held"

    @asynccontextmanager
    async def _held(self, line: UssdLine) -> AsyncIterator[None]:
        self._silences = line.silences(NAME)
        binds = Binds("ussd", self._accounts, partial(self._take, line), CONNECT_SECONDS)
        self._turn = Turn(Lock.USSD_BINDS, binds, self._silences.take_over)
        try:
            async with background.running(self._sweep(line)), self._turn.taken():
                yield
        finally:
            self._turn = None

    async def trials(self) -> Sequence[Trial]:
        """Whether each account lets us in, as one who only sends: hops go on to the process that answers."""
        if not self._accounts:
            return (Trial(False, f"{URL} is not set.", f"{URL} n'est pas réglé."),)
        return [await lets_us_in(sending_only(account), CONNECT_SECONDS) for account in self._accounts]

    async def session(self, msisdn: str, address: str) -> AsyncIterator[Trial]:
        """A page on the phone, where the gateway opens sessions from our side; what is typed at it comes as a call."""
        page = self._convention.opening(GREETING, self._settings.service_code, msisdn)
        if page is None:
            yield Trial(
                None,
                f"This gateway opens sessions only from the phone ({CONVENTION}: push=no): dial.",
                f"Cette passerelle n'ouvre de session que du téléphone ({CONVENTION} : push=no) : composez.",
            )
            return
        account = sending_only(self._accounts[0])
        try:
            link = await bound(account, take_nothing, CONNECT_SECONDS)
        except NotBound as error:
            yield not_in(account, error)
            return
        yield await _opened(link, page, self._settings.step_seconds)
        await link.close()

    async def _take(self, line: UssdLine, link: SmppLink, message: smpp34.DeliverSm) -> Verdict:
        """Answer a hop; its page follows the acknowledgement."""
        heard = self._convention.heard(message, self._settings.service_code)
        if heard is None:
            return TAKEN if message.service_type == "USSD" else AGAIN
        try:
            msisdn = calling(message.source_addr)
        except BadNumber:
            return Verdict(SmppStatus.REJECTED)
        session = PhoneSession(msisdn, heard.session_id)
        if heard.typed is None:
            outcome = SessionOutcome.FINISHED if self._silences.is_over(session) else SessionOutcome.CUT
            await line.ended(SessionEnding(NAME, heard.session_id, msisdn, outcome))
            await self._silences.ended(session)
            return TAKEN
        hop = Hop(NAME, heard.session_id, msisdn, heard.typed)
        self._silences.heard(session)
        reply = await line.answer(hop)
        return Verdict(then=partial(self._show, line, link, message, hop, reply))

    async def _show(self, line: UssdLine, link: SmppLink, message: smpp34.DeliverSm, hop: Hop, reply: Reply) -> None:
        """Send the page, and say what became of the session where that shows."""
        await self._expect(
            hop, is_over=reply.ends
        )  # before it leaves: its end may be heard before we hear that it came
        try:
            status = await self._submitted(link, self._convention.page_of(message, reply))
        except (NotBound, NoResponse):
            metrics.PAGES_LOST.labels(NAME).inc()
            await self._expect(hop, is_over=False)
            return
        if status != SmppStatus.OK:
            metrics.PAGES_LOST.labels(NAME).inc()
            await line.ended(SessionEnding(NAME, hop.session_id, hop.msisdn, SessionOutcome.CUT, error="page refused"))
            await self._silences.ended(PhoneSession(hop.msisdn, hop.session_id))

    async def _submitted(self, link: SmppLink, page: smpp34.SubmitSm) -> int:
        """The status of a page, after it was sent again as often as it was told to be slower; raises as `submit`."""
        for wait in SLOW_WAITS:
            response = await link.submit(page, self._settings.step_seconds)
            if response.status not in SLOW:
                return response.status
            await asyncio.sleep(wait)
        return (await link.submit(page, self._settings.step_seconds)).status

    async def _expect(self, hop: Hop, *, is_over: bool) -> None:
        """Note that something may be heard of a session yet, and that its silence is an end too."""
        seconds = READ_SECONDS if is_over else self._settings.smpp_ussd_silent_seconds
        await self._silences.expect(PhoneSession(hop.msisdn, hop.session_id), seconds, is_over=is_over)

    async def _sweep(self, line: UssdLine) -> None:
        """Sessions of which nothing is heard any more have ended: with their last page, or before it."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            if self._turn is None or not self._turn.holds:
                continue  # what it waited for is waited for by another process now
            for session, silence in self._silences.silent().items():
                if not self._silences.is_waiting(session, silence):
                    continue
                outcome = SessionOutcome.FINISHED if silence.is_over else SessionOutcome.TIMED_OUT
                try:
                    await line.ended(SessionEnding(NAME, session.session_id, session.msisdn, outcome))
                except Exception as error:
                    log.warning("end_not_recorded", error=type(error).__name__)
                    continue
                if self._silences.is_waiting(session, silence):
                    await self._silences.ended(session)


async def _opened(link: SmppLink, page: smpp34.SubmitSm, seconds: float) -> Trial:
    try:
        response = await link.submit(page, seconds)
    except (NotBound, NoResponse) as error:
        return Trial(
            False,
            f"Whether the gateway opened a session is uncertain: {error}.",
            f"On ne sait pas si la passerelle a ouvert une session : {error}.",
        )
    if response.status != SmppStatus.OK:
        return Trial(
            False,
            f"The gateway opened no session: 0x{response.status:02X}.",
            f"La passerelle n'a pas ouvert de session : 0x{response.status:02X}.",
        )
    return Trial(
        True,
        "The gateway took a page that opens a session; the phone shows whether it did.",
        "La passerelle a pris une page qui ouvre une session ; le téléphone montre si elle l'a fait.",
    )
