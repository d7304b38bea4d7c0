"""SMS by SMPP 3.4: each worker holds the binds, sends by them and takes what comes over them.

A receipt or a message is acknowledged once it stands in the database (`docs/decisions/0018-smpp.md`).
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from itertools import accumulate, count
from typing import ClassVar, Final

import smpp34

from core.numbers.msisdn import BadNumber, calling
from core.outbox.messages import Reason
from core.platform.gateways import Trial
from core.platform.settings import Settings, WrongSetting
from core.platform.smpp.accounts import SmppAccount, read_accounts
from core.platform.smpp.binds import Binds
from core.platform.smpp.link import AGAIN, TAKEN, SmppLink, Take, Verdict
from core.platform.smpp.pdus import SmppStatus
from core.platform.smpp.trials import lets_us_in, take_nothing
from core.text.short_messages import DefaultAlphabet, Octets, readable, written
from core.text.words import COMMAND, DESK, Word, called
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import (
    Busy,
    GatewayRefused,
    Incoming,
    NotReached,
    Policy,
    Result,
    SmsGateway,
    SmsInbox,
    Throttled,
)
from sms.outbox.parts import Addressed, first_words, messages
from sms.outbox.receipts import FAILURES, STATES, Receipt, read_receipt, spellings
from sms.outbox.submitting import Pace, PartsSent, submitted

NAME: Final = "smpp"
URL: Final = "JIGI_SMPP_URL"


class SmppReason(Word):
    """Why an SMSC did not take a message, where no other gateway has such a reason."""

    TOO_FAST = f"{NAME}:0x58"
    QUEUE_FULL = f"{NAME}:0x14"


called(
    SmppReason,
    DESK,
    {
        SmppReason.TOO_FAST: "l'opérateur demande d'envoyer moins vite",
        SmppReason.QUEUE_FULL: "la file d'attente de l'opérateur est pleine",
    },
)
called(SmppReason, COMMAND, {SmppReason.TOO_FAST: "throttled", SmppReason.QUEUE_FULL: "queue full"})

CODES: Final[Mapping[int, tuple[Policy, str]]] = {
    SmppStatus.OK: (Policy.ACCEPTED, ""),
    SmppStatus.THROTTLED: (Policy.KEEP, SmppReason.TOO_FAST),
    SmppStatus.QUEUE_FULL: (Policy.KEEP, SmppReason.QUEUE_FULL),
    SmppStatus.INVALID_DESTINATION: (Policy.FINAL, Reason.INVALID_NUMBER),
    SmppStatus.SUBMIT_FAILED: (Policy.AGAIN, Reason.GATEWAY_FAILED),
    SmppStatus.SYSTEM_ERROR: (Policy.AGAIN, Reason.GATEWAY_FAILED),
    SmppStatus.INVALID_SOURCE: (Policy.STOP, Reason.INVALID_SENDER),
}
"""What command_status means for a message; any other was not taken either, and costs an attempt."""

REFUSALS: Final[Mapping[int, Reason]] = {}
"""An SMSC refuses message by message."""


class Smpp(SmsGateway):
    """The gateway, on links that it holds while a worker runs."""

    name: ClassVar[str] = NAME
    reasons: ClassVar[type[Word] | None] = SmppReason
    batch_size: ClassVar[int | None] = 20

    @property
    def rate(self) -> float:
        """What was agreed with the SMSC."""
        return self._settings.smpp_rate

    def missing(self) -> Sequence[str]:
        """The account."""
        return () if self._settings.smpp_url.get_secret_value() else (URL,)

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._binds: Binds | None = None
        self._references = count(secrets.randbelow(256))

    @cached_property
    def _accounts(self) -> tuple[SmppAccount, ...]:
        return read_accounts(URL, self._settings.smpp_url.get_secret_value())

    def running(self, inbox: SmsInbox) -> AbstractAsyncContextManager[None]:
        """Hold the binds, and give the inbox what comes over them; raises WrongSetting."""
        return self._bound(self._accounts, partial(self._take, inbox))

    @asynccontextmanager
    async def _bound(self, accounts: Sequence[SmppAccount], take: Take) -> AsyncIterator[None]:
        if not any(account.submits for account in accounts):
            raise WrongSetting(
                f"{URL} names no account that messages go out by.",
                f"{URL} ne nomme aucun compte par lequel des messages partent.",
            )
        self._binds = Binds("sms", accounts, take, self._settings.sms_connect_seconds)
        try:
            async with self._binds.held():
                yield
        finally:
            self._binds = None

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        """Send one text to many numbers, each by itself; raises GatewayTrouble where none of them left."""
        binds = self._binds
        if binds is None:
            async with self._bound(self._accounts, take_nothing):
                return await self.send(body, msisdns)
        if not await binds.stands(self._settings.sms_connect_seconds):
            if binds.refusal is not None:
                raise GatewayRefused(str(binds.refusal))
            raise NotReached("no bind stands")
        octets, began = written(body, self._alphabet), asyncio.get_running_loop().time()
        sending = [self._parts(octets, each) for each in msisdns]
        turns = [began + place * self._interval for place in accumulate(map(len, sending), initial=0)]
        results = await asyncio.gather(*map(partial(self._sent, binds), msisdns, sending, turns))
        if results and all(result.policy is Policy.KEEP for result in results):
            too_fast = results[0].reason in list(SmppReason)
            raise (Throttled if too_fast else Busy)(results[0].reason)
        return results

    def weight(self, body: str) -> int:
        """Its parts, each of which is a `submit_sm`: that is what an SMSC counts."""
        return 1 if self._settings.smpp_long == "payload" else len(written(body, self._alphabet).parts)

    @property
    def _alphabet(self) -> DefaultAlphabet:
        return DefaultAlphabet(self._settings.smpp_alphabet)

    @property
    def _interval(self) -> float:
        """Seconds between two parts within a request."""
        return 1 / self._settings.smpp_rate if self._settings.smpp_rate else 0.0

    def spellings(self, provider_id: str) -> Sequence[str]:
        """Hexadecimal for decimal and the other way round, unless the SMSC is known to keep to one."""
        return spellings(provider_id) if self._settings.smpp_receipt_ids == "any" else ()

    async def close(self) -> None:
        """The binds end with `running`."""

    async def knock(self) -> None:
        """Whether each account lets us in; raises NotReached."""
        for trial in await self.trials():
            if trial.holds is False:
                raise NotReached(trial.sentence)

    async def trials(self) -> Sequence[Trial]:
        """Whether each account lets us in, which takes nothing from the workers."""
        if not self._accounts:
            return (Trial(False, f"{URL} is not set.", f"{URL} n'est pas réglé."),)
        return [await lets_us_in(account, self._settings.sms_connect_seconds) for account in self._accounts]

    async def _sent(self, binds: Binds, msisdn: str, parts: Sequence[smpp34.SubmitSm], turn: float) -> Result:
        """Send a message to one number, each part at its turn within the rate, of which the first is at `turn`."""
        pace = Pace(turn, self._interval, self._settings.sms_answer_seconds)
        return _result(msisdn, await submitted(binds, parts, pace))

    def _parts(self, octets: Octets, msisdn: str) -> Sequence[smpp34.SubmitSm]:
        settings = self._settings
        addressed = Addressed.by(self.sender_id([msisdn]), msisdn, settings.smpp_source_ton, settings.smpp_source_npi)
        return list(messages(octets, addressed, settings.smpp_long, next(self._references) % 256))

    async def _take(self, inbox: SmsInbox, _: SmppLink, message: smpp34.DeliverSm) -> Verdict:
        """Take a receipt or what somebody wrote; taken once it stands in the database."""
        if message.service_type == "USSD":
            return AGAIN  # for the line, which has binds of its own
        words = first_words(message)
        receipt = read_receipt(message, words or b"")
        if receipt is not None:
            report = self._report(receipt, _number_or_none(message.source_addr))
            if report is not None:
                await inbox.reported(report)
        elif words is not None:
            text = readable(words, message.data_coding, self._alphabet)
            await inbox.written(Incoming(NAME, f"{NAME}-{secrets.token_hex(12)}", message.source_addr[:40], text))
        return TAKEN

    def _report(self, receipt: Receipt, msisdn: str) -> DeliveryReport | None:
        """What a receipt tells of a message, None where it tells nothing that is known."""
        state = STATES.get(receipt.state)
        if state is None or not receipt.message_id:
            return None
        reason, ways = FAILURES.get(receipt.state, ""), self.spellings(receipt.message_id)
        return DeliveryReport(NAME, receipt.message_id, msisdn, state, reason, datetime.now(UTC), ways)


def _result(msisdn: str, sent: PartsSent) -> Result:
    """What became of a message; one of which a part has left is not sent again by itself."""
    response = sent.response
    if response is None:
        left = sent.may_have_left
        reason = Reason.NO_ANSWER if left else str(sent.silence)
        return Result(msisdn, Policy.UNCERTAIN if left else Policy.KEEP, reason)
    policy, reason = CODES.get(response.status, (Policy.AGAIN, f"{NAME}:0x{response.status:02X}"))
    if policy is Policy.ACCEPTED:
        return Result(msisdn, policy, provider_id=response.text[:64] or None)
    return Result(msisdn, Policy.UNCERTAIN if sent.taken else policy, reason)


def _number_or_none(sender: str) -> str:
    try:
        return calling(sender)
    except BadNumber:
        return ""
