"""A bind: what leaves is answered or known not to be, and what comes is answered once it was dealt with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import smpp34

from core.platform.smpp import link as links
from core.platform.smpp.accounts import BindMode
from core.platform.smpp.link import TAKEN, BindRefused, NoResponse, NotBound, SmppLink, Take, Verdict, bound
from core.platform.smpp.pdus import RESPONSE, SmppCommand, SmppStatus
from tests.core.platform.smpp.raw_smsc import RawSmsc, raw_smsc
from tests.support.patience import LONGEST_SECONDS

MESSAGE = smpp34.SubmitSm("JIGISEME", "22376123456", b"Wari")
DELIVERED = SmppCommand.DELIVER_SM | RESPONSE


async def take_all(_: SmppLink, __: smpp34.DeliverSm) -> Verdict:
    return TAKEN


@asynccontextmanager
async def a_link(smsc: RawSmsc, take: Take = take_all, **options: object) -> AsyncIterator[SmppLink]:
    link = await bound(smsc.account(**options), take, 2.0)
    try:
        yield link
    finally:
        await link.close(1.0)


@pytest.mark.parametrize(("mode", "command"), [("transceiver", 9), ("transmitter", 2), ("receiver", 1)])
async def test_it_binds_as_its_account_says_sends_and_parts_in_order(mode: str, command: int) -> None:
    async with raw_smsc() as smsc:
        async with a_link(smsc, mode=BindMode(mode)) as link:
            answer = await link.submit(MESSAGE, 2.0)
            assert (answer.status, answer.text) == (0, f"id-{answer.sequence}")
        assert [met.command for met in smsc.heard] == [command, SmppCommand.SUBMIT_SM, SmppCommand.UNBIND]
    assert smsc.heard[0].whole[16:].startswith(b"jigi\0secret\0\0\x34")


@pytest.mark.parametrize("status", [SmppStatus.THROTTLED, SmppStatus.INVALID_DESTINATION])
async def test_an_answer_is_given_as_it_came(status: int) -> None:
    async with raw_smsc(status=status) as smsc, a_link(smsc) as link:
        assert (await link.submit(MESSAGE, 2.0)).status == status


async def test_a_refused_bind_says_why_and_a_closed_door_that_nothing_left() -> None:
    async with raw_smsc(bind_status=SmppStatus.INVALID_PASSWORD) as smsc:
        with pytest.raises(BindRefused) as refused:
            await bound(smsc.account(), take_all, 2.0)
        assert refused.value.status == SmppStatus.INVALID_PASSWORD
    with pytest.raises(NotBound, match="ConnectionRefusedError"):
        await bound(smsc.account(), take_all, 2.0)


async def test_what_left_and_was_not_answered_is_told_so() -> None:
    async with raw_smsc(mute={SmppCommand.SUBMIT_SM}) as smsc:
        link = await bound(smsc.account(), take_all, 2.0)
        with pytest.raises(NoResponse, match=r"no answer within 0\.05 s"):
            await link.submit(MESSAGE, 0.05)
        under_way = [asyncio.create_task(link.submit(MESSAGE, 9.0)) for _ in range(3)]
        await smsc.commands(SmppCommand.SUBMIT_SM, 4)
        smsc.hang_up()
        assert [type(each) for each in await asyncio.gather(*under_way, return_exceptions=True)] == [NoResponse] * 3
        await link.ended()
        with pytest.raises(NotBound, match="closed by the other side"):
            await link.submit(MESSAGE, 2.0)


async def test_no_more_than_the_window_is_under_way_and_who_waits_for_it_has_sent_nothing() -> None:
    async with raw_smsc(mute={SmppCommand.SUBMIT_SM}) as smsc:
        link = await bound(smsc.account(window=2), take_all, 2.0)
        under_way = [asyncio.create_task(link.submit(MESSAGE, 9.0)) for _ in range(5)]
        await smsc.commands(SmppCommand.SUBMIT_SM, 2)
        await asyncio.sleep(0.05)
        assert link.load == 2
        smsc.hang_up()
        outcomes = await asyncio.gather(*under_way, return_exceptions=True)
        assert [type(each) for each in outcomes] == [NoResponse, NoResponse, NotBound, NotBound, NotBound]


async def test_what_comes_is_acknowledged_after_it_was_stored_and_never_before() -> None:
    stored, go_on = asyncio.Event(), asyncio.Event()

    async def take(_: SmppLink, message: smpp34.DeliverSm) -> Verdict:
        assert message.short_message == b"STOP"
        await go_on.wait()
        stored.set()
        return TAKEN

    async with raw_smsc() as smsc, a_link(smsc, take):
        smsc.deliver(b"STOP", sequence=77)
        await asyncio.sleep(0.1)
        assert not [met for met in smsc.heard if met.command == DELIVERED], "acknowledged before it was stored"
        go_on.set()
        (answer,) = await smsc.commands(DELIVERED)
        assert stored.is_set()
        assert (answer.sequence, answer.status) == (77, 0)


async def test_what_could_not_be_stored_is_to_be_sent_again_and_what_cannot_be_read_is_not() -> None:
    async def fail(_: SmppLink, __: smpp34.DeliverSm) -> Verdict:
        raise OSError("the database is away")

    async with raw_smsc() as smsc, a_link(smsc, fail):
        smsc.deliver(b"STOP", sequence=1)
        smsc.say(SmppCommand.DELIVER_SM, 2, b"\xff")
        answers = await smsc.commands(DELIVERED, 2)
        assert {each.sequence: each.status for each in answers} == {1: SmppStatus.NOT_NOW, 2: SmppStatus.REJECTED}


async def test_what_follows_an_answer_comes_behind_it_and_may_fail() -> None:
    async def take(link: SmppLink, _: smpp34.DeliverSm) -> Verdict:
        async def page() -> None:
            await link.submit(MESSAGE, 2.0)
            raise ValueError

        return Verdict(then=page)

    async with raw_smsc() as smsc, a_link(smsc, take):
        smsc.deliver(b"*384#")
        await smsc.commands(SmppCommand.SUBMIT_SM)
        await asyncio.sleep(0.02)
        came = [met.command for met in smsc.heard[1:]]
        assert came == [DELIVERED, SmppCommand.SUBMIT_SM], "answered once, and first"


async def test_who_sends_more_than_is_taken_at_a_time_is_told_to_slow_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST_AT_HAND", 2)
    go_on = asyncio.Event()

    async def take(_: SmppLink, __: smpp34.DeliverSm) -> Verdict:
        await go_on.wait()
        return TAKEN

    async with raw_smsc() as smsc, a_link(smsc, take):
        for sequence in (1, 2, 3):
            smsc.deliver(b"info", sequence=sequence)
        (slowed,) = await smsc.commands(DELIVERED)
        assert (slowed.sequence, slowed.status) == (3, SmppStatus.THROTTLED)
        go_on.set()
        await smsc.commands(DELIVERED, 3)


async def test_what_is_at_hand_is_finished_before_parting_and_nothing_new_is_taken() -> None:
    go_on = asyncio.Event()

    async def take(_: SmppLink, __: smpp34.DeliverSm) -> Verdict:
        await go_on.wait()
        return TAKEN

    async with raw_smsc() as smsc:
        link = await bound(smsc.account(), take, 2.0)
        smsc.deliver(b"info", sequence=1)
        await asyncio.sleep(0.05)
        parting = asyncio.create_task(link.close(5.0))
        await asyncio.sleep(0.05)
        smsc.deliver(b"info", sequence=2)
        (put_off,) = await smsc.commands(DELIVERED)
        assert (put_off.sequence, put_off.status) == (2, SmppStatus.NOT_NOW)
        go_on.set()
        await parting
        assert [met.command for met in smsc.heard[1:]] == [DELIVERED, DELIVERED, SmppCommand.UNBIND]


async def test_a_silent_link_is_asked_whether_it_lives_and_ended_when_it_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(links, "ANSWER_SECONDS", 0.1)
    async with raw_smsc() as smsc:
        link = await bound(smsc.account(enquire=0.05), take_all, 2.0)
        await smsc.commands(SmppCommand.ENQUIRE_LINK, 2)
        smsc.mute.add(SmppCommand.ENQUIRE_LINK)
        async with asyncio.timeout(LONGEST_SECONDS):
            await link.ended()
        assert link.why == "silent"


async def test_the_other_sides_questions_are_answered() -> None:
    async with raw_smsc() as smsc:
        link = await bound(smsc.account(), take_all, 2.0)
        smsc.say(SmppCommand.ENQUIRE_LINK, 5)
        smsc.say(0x103, 6)
        smsc.say(SmppCommand.UNBIND, 7)
        async with asyncio.timeout(LONGEST_SECONDS):
            await link.ended()
        assert link.why == "unbound by the other side"
        await smsc.commands(SmppCommand.UNBIND | RESPONSE)
        assert [(met.command, met.sequence) for met in smsc.heard[1:]] == [
            (SmppCommand.ENQUIRE_LINK | RESPONSE, 5),
            (SmppCommand.GENERIC_NACK, 6),
            (SmppCommand.UNBIND | RESPONSE, 7),
        ]


@pytest.mark.parametrize("head", [b"\0\0\0\x05" + b"\0" * 12, b"GET / HTTP/1.1\r\n"])
async def test_what_is_no_smpp_ends_the_link(head: bytes) -> None:
    async with raw_smsc() as smsc:
        link = await bound(smsc.account(), take_all, 2.0)
        smsc.writers[-1].write(head)
        async with asyncio.timeout(LONGEST_SECONDS):
            await link.ended()
        assert "octets" in link.why
