"""A receipt that writes its message's id in another way than the answer did finds it, whenever it comes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from core.outbox.messages import MessageState
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform.database import copying
from core.platform.settings import Settings
from core.text.languages import Language
from sms.outbox import claims, delivery, ledger, receipts
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import Gateway, Policy, Result
from sms.outbox.ledger import Retrying
from sms.outbox.routes import every_route
from sms.worker import sweeps
from sms.worker.sender import Clock, Sender
from tests.core.seed import NOW
from tests.support.database import change, others_wait, query

pytestmark = pytest.mark.usefixtures("world")

AWA, BAKARY = "+22376000001", "+22366000002"
GIVEN, REPORTED = "3e9", "1001"
SETTINGS = Settings(sms_routes="*=smpp", sms_rate=0, sms_window=(NOW.time(), NOW.time()))


class HexadecimalGateway(Gateway):
    """Gives ids in hexadecimal; `meanwhile` happens before it answers."""

    def __init__(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._meanwhile = meanwhile

    async def send(self, _: str, msisdns: Sequence[str]) -> Sequence[Result]:
        await self._meanwhile()
        return [Result(msisdn, Policy.ACCEPTED, provider_id=GIVEN) for msisdn in msisdns]

    def spellings(self, provider_id: str) -> Sequence[str]:
        return receipts.spellings(provider_id)

    async def close(self) -> None:
        return None


def report(
    provider_id: str = REPORTED, state: MessageState = MessageState.DELIVERED, msisdn: str = AWA
) -> DeliveryReport:
    """A receipt, as SMPP's gateway reads it."""
    return DeliveryReport("smpp", provider_id, msisdn, state, "", NOW, receipts.spellings(provider_id))


async def sent(meanwhile: Callable[[], Awaitable[object]]) -> None:
    """Let a notice go, and be answered when that happened."""
    await queue_notice(Notice("help", NoticeKind.HELP, AWA, Language("fr"), prompt=True), NOW)
    clock = Clock(lambda: NOW, lambda _: asyncio.sleep(0))
    await Sender({"smpp": HexadecimalGateway(meanwhile)}, SETTINGS, worker="worker", clock=clock).drain()


async def taken_for_dead() -> None:
    """The sweep finds no such worker: what it sends is uncertain."""
    await sweeps.make_uncertain(NOW, SETTINGS)
    assert await states() == ["uncertain"]


async def states() -> list[str]:
    return [row.state for row in await query("SELECT state FROM message ORDER BY id")]


async def waiting() -> int:
    return len(await query("SELECT * FROM early_report"))


async def test_before_the_answer() -> None:
    async def meanwhile() -> None:
        await delivery.apply([report()])

    await sent(meanwhile)
    assert (await states(), await waiting()) == (["delivered"], 0)


async def test_before_the_answer_to_a_worker_that_was_taken_for_dead() -> None:
    """It was frozen, and goes on: nothing tells any more that the message is under way."""

    async def meanwhile() -> None:
        await taken_for_dead()
        await delivery.apply([report()])

    await sent(meanwhile)
    assert (await states(), await waiting()) == (["delivered"], 0)


async def test_after_the_answer() -> None:
    await sent(lambda: asyncio.sleep(0))
    await delivery.apply([report()])
    assert (await states(), await waiting()) == (["delivered"], 0)


async def test_while_the_answer_is_written_down() -> None:
    """The report looked before the answer stood, and the answer looked before the report stood."""
    reporting: list[asyncio.Task[None]] = []

    async def meanwhile() -> None:
        held = "INSERT INTO early_report (gateway, provider_id, msisdn, state, received_at) "
        await other.execute(f"{held} VALUES ('smpp', %s, '', 'on_its_way', now())".encode(), [f"smpp {REPORTED}"])
        reporting.append(asyncio.create_task(delivery.apply([report()])))
        await others_wait()

    async with copying() as other:
        await sent(meanwhile)
        assert await states() == ["accepted"]
        await other.rollback()
    await asyncio.gather(*reporting)
    assert (await states(), await waiting()) == (["delivered"], 0)


async def test_of_a_worker_that_died_before_it_looked() -> None:
    await queue_notice(Notice("help", NoticeKind.HELP, AWA, Language("fr"), prompt=True), NOW)
    routes = every_route(SETTINGS)
    claim = await claims.claim("worker", NOW, routes)
    assert claim is not None
    departure = ledger.Departure(claim, "Bonjour", await _recipients())
    await change("UPDATE sms_batch SET state = 'left', left_at = now()")
    await delivery.apply([report()])
    await ledger.record(departure, [Result(AWA, Policy.ACCEPTED, provider_id=GIVEN)], NOW, Retrying(3, 60))
    assert (await states(), await waiting()) == (["accepted"], 1)

    assert (await sweeps.sweep(NOW, SETTINGS)).settled == 1
    assert (await states(), await waiting()) == (["delivered"], 0)


async def _recipients() -> list[ledger.Recipient]:
    return [ledger.Recipient(row.id, row.msisdn, 0) for row in await query("SELECT id, msisdn FROM message")]


@pytest.mark.parametrize("first", [REPORTED, GIVEN, "000003E9", "0000001001"])
@pytest.mark.parametrize("together", [True, False], ids=["together", "one after the other"])
async def test_of_two_receipts_in_two_spellings_the_furthest_counts(first: str, together: bool) -> None:
    told = [report(first, MessageState.ON_ITS_WAY), report(REPORTED), report(GIVEN, MessageState.ON_ITS_WAY)]

    async def meanwhile() -> None:
        for batch in [told] if together else [[each] for each in told]:
            await delivery.apply(batch)

    await sent(meanwhile)
    assert (await states(), await waiting()) == (["delivered"], 0)


async def test_of_two_receipts_in_two_spellings_that_come_together_the_furthest_counts() -> None:
    await sent(lambda: asyncio.sleep(0))
    await delivery.apply([report(GIVEN, MessageState.ON_ITS_WAY), report(REPORTED)])
    assert await states() == ["delivered"]


async def test_a_receipt_of_another_number_is_not_its_own_however_it_is_spelt() -> None:
    """`1001` may be 0x1001, and `3e9` may be 1001: the number says whose it is."""

    async def meanwhile() -> None:
        await delivery.apply([report(GIVEN, msisdn=BAKARY)])

    await sent(meanwhile)
    await delivery.apply([report(REPORTED, msisdn=BAKARY)])
    await sweeps.sweep(NOW, SETTINGS)
    assert (await states(), await waiting()) == (["accepted"], 2)


async def test_a_receipt_whose_number_cannot_be_read_is_its_own_as_the_id_was_given() -> None:
    await sent(lambda: asyncio.sleep(0))
    await delivery.apply([report(REPORTED, msisdn="")])
    assert await states() == ["accepted"]
    await delivery.apply([report(GIVEN, msisdn="")])
    assert await states() == ["delivered"]
