"""What a registry posts to an address of ours: the answer to what we asked, or news of what we subscribed to."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from core.spdci import askings, fields, messages
from core.spdci.asking import finding_in, records_in, statuses_in
from core.spdci.askings import ENDED, AskingCard
from core.spdci.envelope import Envelope, Unacceptable
from core.spdci.faults import RegistryFailed
from core.spdci.mapping import RegistryHousehold, household_in
from core.spdci.models import AskingState
from core.spdci.taking import NoKeyToPush, take_in
from core.spdci.vocabulary import HeaderFault, RequestStatus, SpdciAction, TransportFault

WANTED: Final[Mapping[SpdciAction, tuple[SpdciAction, ...]]] = {
    SpdciAction.SEARCH: (SpdciAction.ON_SEARCH,),
    SpdciAction.SUBSCRIBE: (SpdciAction.ON_SUBSCRIBE, SpdciAction.NOTIFY),
    SpdciAction.UNSUBSCRIBE: (SpdciAction.ON_UNSUBSCRIBE,),
    SpdciAction.TXN_STATUS: (SpdciAction.TXN_ON_STATUS,),
}
"""What may come to the address of each thing that we ask."""


WAITED: Final = timedelta(days=7)
"""So long an answer is waited for."""


async def arrive(asked: AskingCard, action: SpdciAction, came: Envelope, now: datetime) -> bool:
    """Take what came for something that we asked, in one transaction; False where it was taken before.

    Raises Unacceptable for what answers something else, or comes when all was said.
    """
    if action is not SpdciAction.NOTIFY and came.transaction_id != asked.transaction_id:
        raise Unacceptable(TransportFault.BAD, "transaction_id")
    try:
        await messages.take(asked.partner, came, action, [], now)
    except Unacceptable as refused:
        if refused.fault is HeaderFault.DUPLICATE:
            return False
        raise
    if not _is_waited_for(asked, action, now):
        raise Unacceptable(TransportFault.NOT_FOUND, "nothing more is waited for here")
    if action is not SpdciAction.NOTIFY and fields.text(came.header, "status").lower() == RequestStatus.REJECTED:
        fault = fields.text(came.header, "status_reason_code")
        await askings.move(asked.id, AskingState.REJECTED, now, fault=fault)
        return True
    match action:
        case SpdciAction.ON_SEARCH:
            await _found(asked, came, now)
        case SpdciAction.NOTIFY:
            await _batch(asked, came, [household for each in _events(came) for household in each], now)
        case SpdciAction.ON_SUBSCRIBE:
            await _subscribed(asked, came, now)
        case SpdciAction.ON_UNSUBSCRIBE:
            await askings.leave(asked.partner, asked.codes, now)
            await askings.move(asked.id, AskingState.ANSWERED, now)
        case _:
            said = ", ".join(statuses_in(came.message))
            await askings.move(asked.id, AskingState.ANSWERED, now, fault=said or None)
    return True


def _is_waited_for(asked: AskingCard, action: SpdciAction, now: datetime) -> bool:
    """Whether this may still come: news while we subscribe, an answer for a while."""
    if action is SpdciAction.NOTIFY:
        return asked.state is AskingState.SUBSCRIBED
    return asked.state not in ENDED and now - asked.asked_at < WAITED


async def _found(asked: AskingCard, came: Envelope, now: datetime) -> None:
    """What was found, of one page or of the last: more of them come to the same address."""
    households: list[RegistryHousehold] = []
    fault, is_last = None, True
    for reply in fields.parts(came.message, "search_response"):
        try:
            finding = finding_in(reply)
        except RegistryFailed as failed:
            fault = failed.code or failed.fault.value
            continue
        households += finding.households
        is_last = is_last and _is_last(reply)
    await _batch(asked, came, households, now)
    if fault and not households:
        await askings.move(asked.id, AskingState.REJECTED, now, fault=fault)
    elif is_last:
        await askings.move(asked.id, AskingState.ANSWERED, now)


def _is_last(reply: object) -> bool:
    """Whether no page follows, as far as a reply says."""
    pagination = fields.field(reply, "pagination")
    size, number, total = (fields.field(pagination, name) for name in ("page_size", "page_number", "total_count"))
    if not all(isinstance(each, int | float) for each in (size, number, total)):
        return True
    return bool(size * number >= total)


def _events(came: Envelope) -> list[list[RegistryHousehold]]:
    return [
        [household_in(record) for record in records_in(fields.field(event, "data") or event)]
        for event in fields.parts(came.message, "notify_event")
    ]


async def _batch(asked: AskingCard, came: Envelope, households: list[RegistryHousehold], now: datetime) -> None:
    try:
        batch_id = await take_in(asked.partner, came.message_id, households, now)
    except NoKeyToPush:
        raise Unacceptable(TransportFault.FORBIDDEN, "no key of this partner may push households") from None
    if batch_id is not None:
        await askings.add_batch(asked.id, batch_id)


async def _subscribed(asked: AskingCard, came: Envelope, now: datetime) -> None:
    codes: list[str] = []
    fault = None
    for reply in fields.parts(came.message, "subscribe_response"):
        if fields.text(reply, "status").lower() == RequestStatus.REJECTED:
            fault = fields.text(reply, "status_reason_code")
        codes += [fields.text(each, "code") for each in fields.parts(reply, "subscriptions")]
        codes += [str(code) for code in fields.parts(reply, "subscription_codes") if isinstance(code, str)]
    codes = [code[:99] for code in dict.fromkeys(codes) if code]
    if codes:
        await askings.move(asked.id, AskingState.SUBSCRIBED, now, codes=codes)
    else:
        await askings.move(asked.id, AskingState.REJECTED, now, fault=fault or "no subscription")
