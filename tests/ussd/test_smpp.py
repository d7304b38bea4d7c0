"""USSD by SMPP: the cases every gateway holds, on a link in place of HTTP, and what only a link has.

The SMSC is the stand-in, on smpp34's server.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import pytest
import smpp34
from redis.asyncio import Redis

from core.calls import gateway_sessions
from core.calls.session_end import SessionEnd, SessionOutcome, Unsaid
from core.platform.settings import Settings, WrongSetting
from core.platform.smpp.options import SmppOption
from core.platform.smpp.pdus import SmppCommand
from core.text.short_messages import Coding
from simulator.smsc import StandInSmsc, deliver
from simulator.smsc_phones import NoPage, SmscLine, SmscPhone
from tests.core.platform.smpp.raw_smsc import raw_smsc
from tests.support.database import query
from tests.support.patience import LONGEST_SECONDS
from tests.ussd.conftest import an_engine, calls_asked
from tests.ussd.gateway_cases import PHONE, HeardLine
from tests.ussd.small_menu import small_menu
from ussd import smpp
from ussd.conventions import PRESETS, read_convention
from ussd.gateway import EngineLine, SessionEnding, UssdLine
from ussd.hops import LastInput, Reply
from ussd.smpp import SmppCalls

AWA, BINTA = "+22376000001", "+22376000002"
CODE = "*384*1234#"
BY_REFERENCE = "ussr,session=user_message_reference,numbered=no"


@dataclass
class Behind:
    """An SMSC, its telephones, and one process of the line bound to it."""

    smsc: StandInSmsc
    phones: SmscLine
    gateway: SmppCalls

    def phone(self, msisdn: str = AWA) -> SmscPhone:
        return self.phones.phone(msisdn)

    async def gives(self, text: bytes, sender: str = "22376123456", **fields: object) -> int:
        """The status that a message as it is on the wire is answered with."""
        await until(lambda: bool(self.smsc.esmes))
        message = smpp34.DeliverSm(sender, CODE, text, service_type="USSD", **fields)  # type: ignore[arg-type]
        return (await deliver(next(iter(self.smsc.esmes.values())), message)).command_status


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        while not is_so():  # noqa: ASYNC110 - what is looked at has no event
            await asyncio.sleep(0.01)


@asynccontextmanager
async def calling(line: UssdLine, convention: str = "pssr", **others: object) -> AsyncIterator[Behind]:
    async with StandInSmsc().running() as smsc:
        phones = SmscLine(smsc, sessions=3, by_reference="reference" in convention)
        gateway = a_gateway(smsc, convention, **others)
        async with phones.running(), gateway.running(line):
            yield Behind(smsc, phones, gateway)


def a_gateway(smsc: StandInSmsc, convention: str = "pssr", **others: object) -> SmppCalls:
    chosen = {"smpp_ussd_url": smsc.url, "smpp_ussd_convention": convention, "service_code": CODE}
    return SmppCalls(Settings.model_validate(chosen | others))


def op(operation: int, session: int = 7, sequence: int = 0, *, ends: bool = False) -> list[smpp34.Tlv]:
    """The options of a hop."""
    info = bytes((session, sequence << 1 | ends))
    return [SmppOption.USSD_SERVICE_OP.of(bytes((operation,))), SmppOption.ITS_SESSION_INFO.of(info)]


@pytest.fixture
async def answering(world: None, redis: Redis) -> AsyncIterator[EngineLine]:
    """The small menu."""

    async def record(end: SessionEnd, _: Unsaid | None) -> None:
        await gateway_sessions.record(end)

    engine = an_engine(small_menu().menu, redis)
    yield EngineLine(engine, record)
    await engine.close()


# The cases of every gateway


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "written", ["+22376123456", "22376123456", "0022376123456", "tel:+22376123456", "76123456", "+223 76 12 34 56"]
)
async def test_a_number_in_any_writing_is_one_phone(written: str) -> None:
    line = HeardLine()
    async with calling(line) as behind:
        assert await behind.gives(b"*384*1234#", written, tlvs=op(1)) == 0
    (hop,) = line.hops
    assert (hop.msisdn, hop.gateway, hop.session_id) == (PHONE, "smpp", "7")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("written", ["", "JIGISEME", "12"])
async def test_what_is_no_number_is_refused_for_good(written: str) -> None:
    line = HeardLine()
    async with calling(line) as behind:
        assert await behind.gives(b"1", written, tlvs=op(18)) == 0x66
    assert line.hops == []


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("octets", "coding", "typed"),
    [
        (b"1", 0, "1"),
        (b"\x05t\x05 \x7f S\x05gou", 0, "été à Ségou"),
        ("dɛmɛ".encode("utf-16-be"), Coding.UCS2, "dɛmɛ"),
        (b"#1", Coding.USSD, "#1"),
        (b"5 000 F*6", 0, "5 000 F*6"),
    ],
)
async def test_what_was_typed_arrives_as_it_is(octets: bytes, coding: int, typed: str) -> None:
    line = HeardLine()
    async with calling(line) as behind:
        assert await behind.gives(octets, data_coding=coding, tlvs=op(18, 7, 3)) == 0
    (hop,) = line.hops
    assert hop.typed == LastInput(typed, 3)


@pytest.mark.parametrize(
    ("dialled", "convention", "behind"),
    [
        ("*384*1234#", "pssr", ""),
        ("384*1234", "pssr", ""),
        ("*384*1234*1*2#", "pssr", "1*2"),
        ("*384*12345#", "pssr", ""),
        ("*144#", "pssr", ""),
        ("1*2", "pssr,dialled=rest", "1*2"),
        ("", "pssr,dialled=rest", ""),
    ],
)
def test_what_stood_behind_the_code_is_told_from_it(dialled: str, convention: str, behind: str) -> None:
    message = smpp34.DeliverSm("22376123456", CODE, dialled.encode(), tlvs=op(1))
    heard = read_convention(convention).heard(message, CODE)
    assert heard is not None
    assert heard.typed == LastInput(behind, 0, begins=True)


@pytest.mark.parametrize("convention", ["pssr", "ussr", BY_REFERENCE])
async def test_a_call_is_played_to_its_act_each_hop_twice_and_its_numbers_come_again(
    answering: EngineLine, convention: str
) -> None:
    """A repeat does nothing twice; there are three session numbers, so the fourth call has that of the first."""
    async with calling(answering, convention) as behind:
        for calls in range(1, 5):
            call = behind.phone(AWA if calls % 2 else BINTA)
            page = await call.dial("2")  # the language at the first call, a choice at a later one
            assert await call.repeat() == page
            for key in ("2", "8") if calls < 3 else ("8",):
                page = await call.reply(key)
                assert await call.repeat() == page
            end = await call.reply("1")
            assert (end.ends, end.text[:4]) == (True, "Done")
            assert await call.repeat() == end
            assert await calls_asked() == calls


async def test_redis_emptied_in_mid_call_offers_where_it_stood_and_acts_once(
    answering: EngineLine, redis: Redis
) -> None:
    async with calling(answering) as behind:
        call = behind.phone()
        await call.dial("2")
        for key in ("2", "8", "7"):
            await call.reply(key)
        await redis.flushall()
        assert (await call.reply("0")).text.startswith("L'appel a été coupé.")
        assert (await call.reply("1")).text.startswith("8 is even.")
        await call.reply("1")
        await redis.flushall()
        assert (await call.repeat()).text.startswith("Done")
        assert await calls_asked() == 1


@pytest.mark.usefixtures("world")
async def test_a_page_is_written_as_the_hop_was_addressed_and_the_convention_says() -> None:
    hop = smpp34.DeliverSm(
        "22376123456", CODE, b"1", service_type="USSD", source_addr_ton=1, source_addr_npi=1, tlvs=op(18, 7, 3)
    )
    for convention, ends, operation, info in (
        ("pssr", False, 2, bytes((7, 6))),
        ("pssr", True, 17, bytes((7, 6))),
        ("pssr,end_bit=yes,coding=15", True, 17, bytes((7, 7))),
        ("ussr", False, 2, bytes((7, 6))),
        ("ussr", True, 2, bytes((7, 7))),
        ("ussr,last=3,page=4", True, 3, bytes((7, 7))),
    ):
        page = read_convention(convention).page_of(hop, Reply("Wari dòn sòròla", ends))
        assert (page.source_addr, page.destination_addr, page.dest_addr_ton) == (CODE, "22376123456", 1)
        assert page.short_message == b"Wari d\x08n s\x08r\x08la"
        assert page.data_coding == (15 if "coding" in convention else 0)
        assert {tlv.tag: tlv.value for tlv in page.tlvs} == {0x0501: bytes((operation,)), 0x1383: info}
    latin = read_convention("pssr,alphabet=latin1")
    page = latin.page_of(hop, Reply("Wari dòn [1]", ends=False))
    assert (page.short_message, page.data_coding) == ("Wari dòn [1]".encode("latin-1"), 0)
    heard = latin.heard(smpp34.DeliverSm("22376123456", CODE, "arrêt_".encode("latin-1"), tlvs=op(18)), CODE)
    assert heard is not None
    assert heard.typed == LastInput("arrêt_", 0)
    wide = read_convention("pssr").page_of(hop, Reply("ɲini", ends=False))
    opening = read_convention("pssr,push=3").opening("Essai à Ségou", CODE, "+22376123456")
    assert opening is not None
    assert (opening.source_addr, opening.destination_addr, opening.short_message) == (
        CODE,
        "22376123456",
        b"Essai \x7f S\x05gou",
    )
    assert {tlv.tag: tlv.value for tlv in opening.tlvs} == {0x0501: b"\3"}
    assert read_convention("pssr,push=no").opening("Essai", CODE, "+22376123456") is None
    assert (wide.short_message, wide.data_coding) == ("ɲini".encode("utf-16-be"), 8)


@pytest.mark.parametrize("text", ["", "pigeon", "pssr,colour=blue", "pssr,last=300", "ussr,end_bit=maybe", "pssr,last"])
def test_a_convention_that_cannot_be_read_stops_the_start(text: str) -> None:
    with pytest.raises(WrongSetting, match=r"^JIGI_SMPP_USSD_CONVENTION"):
        read_convention(text)
    assert read_convention("ussr,answer=18+1") == replace(PRESETS["ussr"], answer=(18, 1))


# Ends from the other side


async def test_an_abort_is_a_cut_call_as_over_http(answering: EngineLine) -> None:
    async with calling(answering) as behind:
        call = behind.phone()
        await call.dial("2")
        await call.reply("1")
        await call.reply("3")
        await call.end_event()
    assert await query("SELECT status FROM gateway_session") == [("cut",)]


async def test_silence_after_a_page_is_a_time_out_and_after_the_last_one_the_end(
    answering: EngineLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(smpp, "READ_SECONDS", 0.1)
    async with calling(answering, smpp_ussd_silent_seconds=1) as behind:
        await behind.phone(AWA).dial("2*2*8*1")
        await behind.phone(BINTA).dial()
        async with asyncio.timeout(LONGEST_SECONDS):
            while await query("SELECT count(*) FROM gateway_session") != [(2,)]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert await query("SELECT status FROM gateway_session ORDER BY status") == [("finished",), ("timed_out",)]


@pytest.mark.usefixtures("world")
async def test_an_end_after_the_last_page_is_no_cut_and_a_page_that_is_refused_is_one() -> None:
    line = HeardLine()
    async with calling(line) as behind:
        over = behind.phone(AWA)
        await over.dial()
        line.answer = ends_all  # type: ignore[method-assign, assignment]
        await over.reply("1")
        await over.end_event()
        behind.phones.refusal = 0x0B
        await behind.phone(BINTA).dial()
        await until(lambda: len(line.endings) == 2)
    assert [(each.msisdn, each.outcome) for each in line.endings] == [
        (AWA, SessionOutcome.FINISHED),
        (BINTA, SessionOutcome.CUT),
    ]


async def ends_all(_: object) -> Reply:
    return Reply("Au revoir", ends=True)


@pytest.mark.usefixtures("world")
async def test_what_is_no_hop_is_taken_and_forgotten_and_an_sms_is_for_another_bind() -> None:
    line = HeardLine()
    async with calling(line) as behind:
        assert await behind.gives(b"", tlvs=op(19)) == 0
        assert await behind.gives(b"") == 0
        esme = next(iter(behind.smsc.esmes.values()))
        assert (await deliver(esme, smpp34.DeliverSm("22376123456", "36000", b"STOP"))).command_status == 0x64
    assert (line.hops, line.endings) == ([], list[SessionEnding]())


@pytest.mark.usefixtures("world")
async def test_a_hop_that_could_not_be_answered_is_to_be_sent_again() -> None:
    line = HeardLine()
    line.answer = fails  # type: ignore[method-assign, assignment]
    async with calling(line) as behind:
        with pytest.raises(NoPage, match="status 100"):
            await behind.phone().dial()


async def fails(_: object) -> Reply:
    raise OSError("away")


# The binds, held by one process at a time


@pytest.mark.usefixtures("world")
async def test_one_process_holds_the_bind_and_another_takes_over_when_it_ends() -> None:
    first, second = HeardLine(), HeardLine()
    async with StandInSmsc().running() as smsc, AsyncExitStack() as stack:
        phones = await stack.enter_async_context(SmscLine(smsc).running())
        one, other = a_gateway(smsc), a_gateway(smsc)
        assert one.standing == "down: not held"
        async with AsyncExitStack() as held:
            await held.enter_async_context(one.running(first))
            await until(lambda: one.standing == "ok")
            await stack.enter_async_context(other.running(second))
            await until(lambda: other.standing == "ok, another process holds it")
            await phones.phone(AWA).dial()
            assert len(smsc.esmes) == 1
        await until(lambda: other.standing == "ok")
        await phones.phone(AWA).dial()
    assert (len(first.hops), len(second.hops)) == (1, 1)


@pytest.mark.usefixtures("world")
async def test_a_bind_that_is_lost_is_seen_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.platform.smpp.binds.FIRST_SECONDS", 2.0)  # long enough away to be seen
    async with calling(HeardLine()) as behind:
        await until(lambda: behind.gateway.standing == "ok")
        await behind.smsc.hang_up()
        await until(lambda: behind.gateway.standing == "down: no bind stands")
        await until(lambda: behind.gateway.standing == "ok")


@pytest.mark.usefixtures("world")
async def test_who_cannot_bind_gives_the_turn_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.platform.smpp.turn.UNBOUND_SECONDS", 0.5)
    monkeypatch.setattr("core.platform.smpp.turn.LOOK_SECONDS", 0.1)
    async with StandInSmsc().running() as smsc:
        cannot, can = a_gateway(smsc, smpp_ussd_url="smpp://a:b@127.0.0.1:1"), a_gateway(smsc)
        async with cannot.running(HeardLine()):
            await until(lambda: cannot.standing == "down: no bind stands")
            async with can.running(HeardLine()):
                await until(lambda: can.standing == "ok")
                await until(lambda: cannot.standing == "ok, another process holds it")


def test_without_an_address_the_start_stops() -> None:
    with pytest.raises(WrongSetting, match=r"^JIGI_SMPP_USSD_URL is not set"):
        SmppCalls(Settings()).running(HeardLine())


async def test_trials_bind_as_one_who_only_sends_so_that_no_hop_comes_to_them() -> None:
    (without,) = await SmppCalls(Settings()).trials()
    assert without.holds is False
    async with raw_smsc() as raw:
        gateway = SmppCalls(Settings(smpp_ussd_url=f"smpp://jigi:secret@127.0.0.1:{raw.port}"))  # type: ignore[arg-type]
        (given,) = await gateway.trials()
        assert (given.holds, given.sentence) == (True, f"jigi@127.0.0.1:{raw.port} lets us in.")
        assert [met.command for met in raw.heard] == [SmppCommand.BIND_TRANSMITTER, SmppCommand.UNBIND]
    (away,) = await SmppCalls(Settings(smpp_ussd_url="smpp://a:b@127.0.0.1:1")).trials()  # type: ignore[arg-type]
    assert away.sentence == "a@127.0.0.1:1 does not let us in: a@127.0.0.1:1: ConnectionRefusedError."
