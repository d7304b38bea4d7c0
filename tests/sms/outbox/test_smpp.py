"""SMS by SMPP: the table of what each status means, parts, receipts in every form, and what people write.

The other side is the stand-in SMSC, on smpp34's server.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import smpp34

from core.outbox.messages import MessageState, Reason
from core.platform.settings import Settings, WrongSetting
from core.platform.smpp.accounts import read_accounts
from core.platform.smpp.link import AGAIN, Verdict, bound
from core.platform.smpp.options import SmppOption
from core.registry.callers import recognise
from core.text.short_messages import Coding, DefaultAlphabet, written
from simulator.smsc import ReceiptForm, Receipts, SmscFault, Spelling, StandInSmsc, free_port
from sms.inbound.webhooks import GatewayIntake
from sms.outbox import submitting
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import Busy, GatewayRefused, Incoming, NotReached, Policy, Result
from sms.outbox.receipts import FAILURES, STATES, read_receipt, spellings
from sms.outbox.smpp import CODES, Smpp
from tests.core.platform.smpp.raw_smsc import raw_smsc
from tests.support.database import change, query, scalar
from tests.support.patience import LONGEST_SECONDS

AWA, BAKARY = "+22376123456", "+22366000002"
LONG = "Jigisèmèjiri: l'argent arrive. [" + "é" * 200 + "]"
NUMBERS = ["+22376123456", "22376123456", "0022376123456", "tel:+22376123456", "76123456", "+223 76 12 34 56"]


@dataclass
class HeardInbox:
    """Remembers what a gateway tells; the first `failures` of it are not taken."""

    reports: list[DeliveryReport] = field(default_factory=list)
    incoming: list[Incoming] = field(default_factory=list)
    failures: int = 0

    async def reported(self, report: DeliveryReport) -> None:
        self._fail()
        self.reports.append(report)

    async def written(self, incoming: Incoming) -> None:
        self._fail()
        self.incoming.append(incoming)

    async def opted_out(self, msisdn: str) -> None:
        raise AssertionError(msisdn)

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")


@pytest.fixture
async def smsc() -> AsyncIterator[StandInSmsc]:
    async with StandInSmsc().running() as running:
        yield running


def settings(smsc: StandInSmsc, **others: object) -> Settings:
    chosen = {"smpp_url": smsc.url, "smpp_receipt_ids": "same", "smpp_rate": 0, "sms_sender_id": "JIGISEME"}
    return Settings.model_validate(chosen | {"sms_answer_seconds": 2.0, "sms_connect_seconds": 2.0} | others)


@asynccontextmanager
async def working(smsc: StandInSmsc, inbox: object = None, **others: object) -> AsyncIterator[Smpp]:
    gateway = Smpp(settings(smsc, **others))
    async with gateway.running(inbox or HeardInbox()):  # type: ignore[arg-type]
        yield gateway


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        while not is_so():  # noqa: ASYNC110 - what is looked at has no event
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long."""
    monkeypatch.setattr(submitting, "FIRST_WAITS", (0.01,))
    monkeypatch.setattr(submitting, "LATER_WAITS", (0.01, 0.01))


# What each status means


@pytest.mark.parametrize(
    ("status", "policy", "reason"),
    [
        (0x00, Policy.ACCEPTED, ""),
        (0x0B, Policy.FINAL, Reason.INVALID_NUMBER),
        (0x45, Policy.AGAIN, Reason.GATEWAY_FAILED),
        (0x08, Policy.AGAIN, Reason.GATEWAY_FAILED),
        (0x0A, Policy.STOP, Reason.INVALID_SENDER),
        (0x77, Policy.AGAIN, "smpp:0x77"),
    ],
)
async def test_each_status_says_what_follows(status: int, policy: Policy, reason: str) -> None:
    async with raw_smsc(status=status) as raw:
        gateway = Smpp(Settings(smpp_url=f"smpp://jigi:secret@127.0.0.1:{raw.port}"))  # type: ignore[arg-type]
        async with gateway.running(HeardInbox()):
            (result,) = await gateway.send("Bonjour", [AWA])
    assert (result.msisdn, result.policy, result.reason) == (AWA, policy, reason)
    assert (result.provider_id is not None) is (policy is Policy.ACCEPTED)


@pytest.mark.parametrize("status", [0x58, 0x14])
async def test_throttled_keeps_the_place_of_all_and_has_cost_nothing(status: int) -> None:
    async with raw_smsc(status=status) as raw:
        gateway = Smpp(Settings(smpp_url=f"smpp://jigi:secret@127.0.0.1:{raw.port}", smpp_rate=0))  # type: ignore[arg-type]
        async with gateway.running(HeardInbox()):
            with pytest.raises(Busy, match=f"0x{status:02X}"):
                await gateway.send("Bonjour", [AWA, BAKARY])


def test_every_status_of_the_table_has_its_case() -> None:
    assert set(CODES) == {0x00, 0x0B, 0x45, 0x08, 0x0A, 0x58, 0x14}


async def test_who_was_throttled_for_a_moment_is_sent_to_all_the_same(smsc: StandInSmsc) -> None:
    smsc.order(SmscFault.THROTTLED)
    async with working(smsc) as gateway:
        results = await gateway.send("Bonjour", [AWA, BAKARY])
    assert [result.policy for result in results] == [Policy.ACCEPTED] * 2
    assert sorted(sms.msisdn for sms in smsc.taken) == [BAKARY, AWA]


@pytest.mark.parametrize("fault", [SmscFault.SILENT, SmscFault.CUT])
async def test_what_was_taken_and_not_answered_is_uncertain(smsc: StandInSmsc, fault: SmscFault) -> None:
    smsc.order(fault)
    async with working(smsc, sms_answer_seconds=0.3) as gateway:
        (result,) = await gateway.send("Bonjour", [AWA])
        assert result == Result(AWA, Policy.UNCERTAIN, Reason.NO_ANSWER)
        assert [sms.msisdn for sms in smsc.taken] == [AWA], "it was taken: to send it again would be twice"


async def test_without_a_bind_nothing_left() -> None:
    gateway = Smpp(Settings(smpp_url=f"smpp://a:b@127.0.0.1:{free_port()}", sms_connect_seconds=0.2))  # type: ignore[arg-type]
    async with gateway.running(HeardInbox()):
        with pytest.raises(NotReached, match="no bind stands"):
            await gateway.send("Bonjour", [AWA])


@pytest.mark.parametrize("status", [0x0D, 0x0E])
async def test_a_wrong_name_or_password_stops(status: int) -> None:
    async with raw_smsc(bind_status=status) as raw:
        gateway = Smpp(Settings(smpp_url=f"smpp://a:b@127.0.0.1:{raw.port}"))  # type: ignore[arg-type]
        async with gateway.running(HeardInbox()):
            with pytest.raises(GatewayRefused, match=f"bind refused: 0x{status:02X}"):
                await gateway.send("Bonjour", [AWA])


async def test_a_bind_that_is_lost_in_the_middle_leaves_only_what_had_left_uncertain(smsc: StandInSmsc) -> None:
    smsc.order(SmscFault.CUT)
    async with working(smsc, smpp_url=f"{smsc.url}?window=1") as gateway:
        results = await gateway.send("Bonjour", [AWA, BAKARY])
    assert [result.policy for result in results] == [Policy.UNCERTAIN, Policy.KEEP]


async def test_a_setting_without_anybody_to_send_by_is_refused() -> None:
    for url in ("", "smpp://a:b@smsc.example?mode=receiver"):
        with pytest.raises(WrongSetting, match=r"^JIGI_SMPP_URL"):
            async with Smpp(Settings(smpp_url=url)).running(HeardInbox()):  # type: ignore[arg-type]
                pass


async def test_messages_go_out_no_faster_than_agreed(smsc: StandInSmsc) -> None:
    loop = asyncio.get_running_loop()
    async with working(smsc, smpp_rate=20) as gateway:
        began = loop.time()
        await gateway.send("Bonjour", [f"+2237600000{number}" for number in range(5)])
    assert loop.time() - began >= 4 / 20


# What goes out


@pytest.mark.parametrize("long", ["udh", "sar", "payload"])
@pytest.mark.parametrize("text", ["Wari bèna sòrò €", LONG, "ɲɛ" * 90], ids=["short", "long", "ucs2"])
async def test_a_text_arrives_whole_however_it_went_and_with_one_receipt(
    smsc: StandInSmsc, long: str, text: str
) -> None:
    inbox = HeardInbox()
    async with working(smsc, inbox, smpp_long=long) as gateway:
        (result,) = await gateway.send(text, [AWA])
        await until(lambda: bool(inbox.reports))
    (sms,) = smsc.taken
    assert (sms.msisdn, sms.sender, sms.text) == (AWA, "JIGISEME", text)
    assert [report.provider_id for report in inbox.reports] == [result.provider_id]
    assert smsc.asked == (1 if long == "payload" or len(text) < 60 else 2 if text == LONG else 3)


async def test_where_the_default_alphabet_is_latin1_texts_go_and_come_in_it(smsc: StandInSmsc) -> None:
    smsc.alphabet = DefaultAlphabet.LATIN1
    inbox = HeardInbox()
    async with working(smsc, inbox, smpp_alphabet="latin1") as gateway:
        await gateway.send(LONG, [AWA])
        await smsc.write("22376123456", "été_à@".encode("latin-1"))
    assert ([sms.text for sms in smsc.taken], smsc.asked) == ([LONG], 2)
    assert [each.words for each in inbox.incoming] == ["été_à@"]


async def test_a_later_part_that_is_not_taken_makes_the_message_uncertain(smsc: StandInSmsc) -> None:
    async with working(smsc) as gateway:
        smsc.faults.extend([SmscFault.NONE, SmscFault.THROTTLED, SmscFault.THROTTLED])
        (patient,) = await gateway.send(LONG, [AWA])
        assert patient.policy is Policy.ACCEPTED, "its second part was throttled, and followed"
        smsc.faults.extend([SmscFault.NONE, SmscFault.SYSTEM_ERROR])
        (half,) = await gateway.send(LONG, [BAKARY])
    assert (half.policy, half.reason) == (Policy.UNCERTAIN, Reason.GATEWAY_FAILED)


@pytest.mark.parametrize(
    ("sender", "others", "source"),
    [
        ("JIGISEME", {}, ("JIGISEME", 5, 0)),
        ("36000", {}, ("36000", 3, 0)),
        ("22320221615", {}, ("22320221615", 1, 1)),
        ("36000", {"smpp_source_ton": 0, "smpp_source_npi": 1}, ("36000", 0, 1)),
        ("", {}, ("", 0, 0)),
    ],
)
async def test_a_sender_is_told_as_what_it_is(
    sender: str, others: dict[str, int], source: tuple[str, int, int]
) -> None:
    chosen = Settings.model_validate({"sms_sender_id": sender, **others})
    (message,) = Smpp(chosen)._parts(written("Bonjour"), AWA)
    assert (message.source_addr, message.source_addr_ton, message.source_addr_npi) == source
    assert (message.destination_addr, message.dest_addr_ton, message.dest_addr_npi) == ("22376123456", 1, 1)
    assert (message.registered_delivery, message.data_coding) == (1, Coding.DEFAULT)


async def test_an_smsc_that_was_switched_off_lets_us_in_when_it_is_on_again(smsc: StandInSmsc) -> None:
    async with working(smsc, sms_connect_seconds=0.3) as gateway:
        await until(lambda: bool(smsc.esmes))
        await gateway.send("Bonjour", [AWA])
        await smsc.switch_off()
        with pytest.raises(NotReached):
            await gateway.send("Bonjour", [BAKARY])
        await smsc.switch_on()
        await until(lambda: bool(smsc.esmes))
        (result,) = await gateway.send("Bonjour", [BAKARY])
    assert result.policy is Policy.ACCEPTED
    assert [sms.msisdn for sms in smsc.taken] == [AWA, BAKARY]


async def test_who_was_just_binding_to_an_smsc_that_is_switched_off_is_parted_from_too(smsc: StandInSmsc) -> None:
    """Else it would be bound to nobody, and be told for ever that the queue is full."""
    (account,) = read_accounts("JIGI_SMPP_URL", smsc.url)
    links = [await bound(account, _take_nothing, 2.0) for _ in range(3)]
    await smsc.switch_off()
    async with asyncio.timeout(LONGEST_SECONDS):
        await asyncio.gather(*(link.ended() for link in links))


async def _take_nothing(*_: object) -> Verdict:
    return AGAIN


# Receipts


@pytest.mark.parametrize("form", [ReceiptForm.OPTIONS, ReceiptForm.TEXT, ReceiptForm.BOTH])
async def test_a_receipt_is_read_in_every_form_and_twice_is_told_twice(smsc: StandInSmsc, form: ReceiptForm) -> None:
    inbox = HeardInbox()
    smsc.receipts = Receipts(form, times=2)
    async with working(smsc, inbox) as gateway:
        (result,) = await gateway.send("Bonjour", [AWA])
        await until(lambda: len(inbox.reports) == 2)
    assert {(report.provider_id, report.msisdn, report.state, report.reason) for report in inbox.reports} == {
        (result.provider_id, AWA, MessageState.DELIVERED, "")
    }


@pytest.mark.parametrize(
    ("code", "word", "state", "reason"),
    [
        (1, "ENROUTE", MessageState.ON_ITS_WAY, ""),
        (2, "DELIVRD", MessageState.DELIVERED, ""),
        (3, "EXPIRED", MessageState.FAILED, Reason.EXPIRED),
        (4, "DELETED", MessageState.FAILED, Reason.NOT_DELIVERED),
        (5, "UNDELIV", MessageState.FAILED, Reason.NOT_DELIVERED),
        (6, "ACCEPTD", MessageState.ON_ITS_WAY, ""),
        (7, "UNKNOWN", None, ""),
        (8, "REJECTD", MessageState.FAILED, Reason.REFUSED),
        (99, "TELEPORTED", None, ""),
    ],
)
def test_each_state_of_a_receipt_by_option_and_by_text(
    code: int, word: str, state: MessageState | None, reason: str
) -> None:
    options = [SmppOption.RECEIPTED_MESSAGE_ID.of(b"7\0"), SmppOption.MESSAGE_STATE.of(bytes((code,)))]
    text = f"id:7 sub:001 dlvrd:001 submit date:2611241200 done date:2611241200 stat:{word} err:000 text:Wari"
    for message, words in (
        (smpp34.DeliverSm("22376123456", "JIGI", b"", esm_class=4, tlvs=options), ""),
        (smpp34.DeliverSm("22376123456", "JIGI", b"", esm_class=4), text),
        (smpp34.DeliverSm("22376123456", "JIGI", b"", esm_class=0), text),
    ):
        receipt = read_receipt(message, words.encode())
        assert receipt is not None
        assert (receipt.message_id, STATES.get(receipt.state), FAILURES.get(receipt.state, "")) == ("7", state, reason)


@pytest.mark.parametrize("words", ["STOP", "id: mon statut", "quel est mon stat: ?", ""])
def test_what_a_person_writes_is_no_receipt(words: str) -> None:
    assert read_receipt(smpp34.DeliverSm("22376123456", "36000", b""), words.encode()) is None


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("given", Spelling, ids=lambda spelling: f"given in {spelling}")
@pytest.mark.parametrize("told", Spelling, ids=lambda spelling: f"told in {spelling}")
async def test_a_receipt_finds_its_message_in_hexadecimal_and_in_decimal(
    smsc: StandInSmsc, given: Spelling, told: Spelling
) -> None:
    """When else it may come, and find its message: tests/sms/worker/test_spellings.py."""
    smsc.ids, smsc.receipts = given, Receipts(spelling=told, late=0.2)
    async with working(smsc, GatewayIntake(settings(smsc)), smpp_receipt_ids="any") as gateway:
        (result,) = await gateway.send("Bonjour", [AWA])
        await a_message(result)
        async with asyncio.timeout(LONGEST_SECONDS):
            while await scalar("SELECT state FROM message") != "delivered":  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)


@pytest.mark.usefixtures("world")
async def test_a_receipt_never_finds_the_message_of_another_number(smsc: StandInSmsc) -> None:
    """`10` is another message's id in hexadecimal: the number says whose it is."""
    for msisdn, provider_id in ((BAKARY, "16"), (BAKARY, "10"), (AWA, "a")):
        await a_message(Result(msisdn, Policy.ACCEPTED, provider_id=provider_id))
    async with working(smsc, GatewayIntake(settings(smsc)), smpp_receipt_ids="any"):
        await until(lambda: bool(smsc.esmes))
        assert await smsc.give(smpp34.DeliverSm("22376123456", "JIGI", b"id:10 stat:DELIVRD", esm_class=4))
    assert await query("SELECT provider_id FROM message WHERE state = 'delivered'") == [("a",)]


@pytest.mark.parametrize(("ids", "ways"), [("any", True), ("same", False)])
async def test_other_spellings_are_looked_for_where_the_operator_may_use_them(
    smsc: StandInSmsc, ids: str, ways: bool
) -> None:
    inbox = HeardInbox()
    async with working(smsc, inbox, smpp_receipt_ids=ids):
        await until(lambda: bool(smsc.esmes))
        await smsc.write("22376123456", b"id:1001 stat:DELIVRD")
    (report,) = inbox.reports
    assert (report.provider_id, "3e9" in report.spellings) == ("1001", ways)


@pytest.mark.usefixtures("world")
async def test_a_receipt_of_nobodys_message_waits_under_its_own_id(smsc: StandInSmsc) -> None:
    async with working(smsc, GatewayIntake(settings(smsc)), smpp_receipt_ids="any"):
        await until(lambda: bool(smsc.esmes))
        assert await smsc.give(smpp34.DeliverSm("22379999901", "JIGI", b"id:ATXid_unknown1 stat:DELIVRD", esm_class=4))
    assert await query("SELECT gateway, provider_id, msisdn, state FROM early_report") == [
        ("smpp", "smpp ATXid_unknown1", "+22379999901", "delivered")
    ]


def test_an_id_that_is_no_number_has_one_spelling_and_its_cases() -> None:
    assert spellings("f81d4fae-7dec") == ("F81D4FAE-7DEC",)
    assert spellings("-") == ()
    assert {"1003", "00001003", "0000004099"} <= set(spellings("4099"))
    assert "4099" in spellings("0000004099")
    assert "4099" in spellings("0x1003")


async def a_message(result: Result) -> None:
    """A message in the ledger, as it stands once the gateway's answer was written down."""
    await change(
        "INSERT INTO message (kind, household_ids, msisdn, state, gateway, provider_id, attempts, was_uncertain) "
        "VALUES ('help', '{}', %(msisdn)s, 'accepted', 'smpp', %(provider_id)s, 0, false)",
        msisdn=result.msisdn,
        provider_id=result.provider_id,
    )


# What people write


@pytest.mark.parametrize("number", NUMBERS)
async def test_what_somebody_writes_is_given_on_and_what_could_not_be_stored_is_sent_again(
    smsc: StandInSmsc, number: str
) -> None:
    inbox = HeardInbox(failures=1)
    async with working(smsc, inbox):
        await until(lambda: bool(smsc.esmes))
        await smsc.write(number[:20], b"STOP *384#\x05t\x05")
        assert [(each.sender, each.words) for each in inbox.incoming] == [(number[:20], "STOP *384#été")]
        await smsc.write("22376123456", "ɲini".encode("utf-16-be"), Coding.UCS2)
        assert inbox.incoming[1].words == "ɲini"
    assert len({each.gateway_id for each in inbox.incoming}) == 2


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("number", NUMBERS)
async def test_a_stop_from_a_number_in_any_writing_stops(smsc: StandInSmsc, number: str) -> None:
    intake = GatewayIntake(settings(smsc))
    async with working(smsc, intake):
        await until(lambda: bool(smsc.esmes))
        await smsc.write(number[:20], b"STOP")
    assert (await recognise(AWA)).sms_stopped
    assert await query("SELECT msisdn, intent FROM inbound_sms") == [(AWA, "stop")]


async def test_a_message_in_parts_is_understood_by_its_first(smsc: StandInSmsc) -> None:
    inbox = HeardInbox()
    async with working(smsc, inbox):
        await until(lambda: bool(smsc.esmes))
        for place, words in ((1, b"STOP"), (2, b" START")):
            header = bytes((5, 0, 3, 7, 2, place))
            await smsc._deliver(smpp34.DeliverSm("22376123456", "36000", header + words, esm_class=0x40))
            options = [SmppOption.SAR_SEGMENT_SEQNUM.of(bytes((place,)))]
            await smsc._deliver(smpp34.DeliverSm("22376123456", "36000", words, tlvs=options))
    assert [each.words for each in inbox.incoming] == ["STOP", "STOP"]


async def test_a_dialled_code_is_not_for_the_worker() -> None:
    async with raw_smsc() as raw:
        gateway = Smpp(Settings(smpp_url=f"smpp://jigi:secret@127.0.0.1:{raw.port}"))  # type: ignore[arg-type]
        async with gateway.running(HeardInbox()):
            await raw.commands(9)
            raw.deliver(b"*384#", service_type="USSD")
            (refused,) = await raw.commands(0x8000_0005)
            assert refused.status == 0x64


# Trials


async def test_trials_say_who_lets_us_in_and_an_sms_can_be_sent_with_no_worker(smsc: StandInSmsc) -> None:
    gateway = Smpp(settings(smsc))
    (trial,) = await gateway.trials()
    assert (trial.holds, trial.sentence) == (True, f"jigi@127.0.0.1:{smsc.port} lets us in.")
    (result,) = await gateway.send("Bonjour", [AWA])
    assert result.policy is Policy.ACCEPTED
    (none,) = await Smpp(Settings()).trials()
    assert none.holds is False
    async with raw_smsc(bind_status=0x0E) as raw:
        (refused,) = await Smpp(Settings(smpp_url=f"smpp://a:b@127.0.0.1:{raw.port}")).trials()  # type: ignore[arg-type]
        assert refused.sentence == f"a@127.0.0.1:{raw.port} does not let us in: bind refused: 0x0E."
