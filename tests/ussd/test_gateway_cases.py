"""Every USSD gateway over HTTP holds the same cases; `gateway_cases.py` says what its author fills in."""

from collections.abc import AsyncIterator
from urllib.parse import quote, urlencode

import pytest

from core.calls.session_end import SessionOutcome
from tests.ussd.gateway_cases import PHONE, Desk, EndRow, HopRow, UssdSample
from ussd import smpp
from ussd.africastalking import AfricasTalkingCalls
from ussd.gateways import GATEWAYS


def _end(status: str, **others: str) -> bytes:
    return urlencode({"sessionId": "s1", "phoneNumber": PHONE, "status": status, **others}).encode()


AFRICASTALKING = UssdSample(
    kind=AfricasTalkingCalls,
    hop=lambda session, number, typed: f"sessionId={session}&phoneNumber={number}&text={quote(typed)}".encode(),
    page=lambda text, ends: f"{'END' if ends else 'CON'} {text}",
    hops=[
        HopRow("a first hop", b"sessionId=s1&serviceCode=%2A384%23&phoneNumber=76123456&text=", 200, ""),
        HopRow("no text at all", b"sessionId=s1&phoneNumber=76123456", 200, ""),
        HopRow("dialled deep", b"sessionId=s1&phoneNumber=76123456&text=1%2A2", 200, "1*2"),
        HopRow("a NUL", b"sessionId=s1&phoneNumber=76123456&text=1%00", 200, "1\0"),
        HopRow("as Windows writes it", b"sessionId=s1&phoneNumber=76123456&text=arr%EAt", 200, "arrêt"),
        HopRow("no session", b"phoneNumber=76123456&text=1", 400),
        HopRow("a session of spaces", b"sessionId=a+b&phoneNumber=76123456&text=1", 400),
        HopRow("a session too long", b"sessionId=" + b"s" * 129 + b"&phoneNumber=76123456", 400),
        HopRow("nothing", b"", 400),
        HopRow("too many fields", b"&".join(b"f%d=1" % field for field in range(50)), 400),
    ],
    ends=[
        EndRow("read to its end", "events", _end("Success"), SessionOutcome.FINISHED),
        EndRow("cut", "events", _end("Incomplete"), SessionOutcome.CUT),
        EndRow("given up", "events", _end("Failed", errorMessage="timed out"), SessionOutcome.TIMED_OUT),
        EndRow("a status of tomorrow", "events", _end("Teleported"), SessionOutcome.UNKNOWN),
        EndRow("of a name", "events", _end("Incomplete", phoneNumber="JIGISEME"), SessionOutcome.CUT, msisdn=""),
    ],
)
SAMPLES = [AFRICASTALKING]
EACH = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.kind.name)
HOPS = [pytest.param(sample, row, id=f"{sample.kind.name}: {row.label}") for sample in SAMPLES for row in sample.hops]
ENDS = [pytest.param(sample, row, id=f"{sample.kind.name}: {row.label}") for sample in SAMPLES for row in sample.ends]


@pytest.fixture
async def desk(sample: UssdSample) -> AsyncIterator[Desk]:
    opened = Desk(sample)
    yield opened
    await opened.client.aclose()


def test_every_gateway_has_its_sample() -> None:
    """One that is on a link of its own has its cases beside that link."""
    assert {sample.kind.name for sample in SAMPLES if sample.kind.callback_names} == {*GATEWAYS} - {smpp.NAME}


@EACH
def test_it_answers_at_the_callbacks_that_it_names(desk: Desk, sample: UssdSample) -> None:
    gateway = sample.kind
    assert gateway.name in GATEWAYS
    assert [*gateway.callback_names] == [*gateway.__new__(gateway).callbacks(desk.line)]


@pytest.mark.parametrize(("sample", "row"), HOPS)
async def test_each_posting_is_a_hop_or_is_refused(desk: Desk, sample: UssdSample, row: HopRow) -> None:
    answer = await desk.post(row.body)
    assert answer.status_code == row.status
    assert [hop.typed for hop in desk.line.hops] == ([] if row.typed is None else [row.typed])


@EACH
@pytest.mark.parametrize(
    "written",
    ["%2B22376123456", "22376123456", "0022376123456", "tel%3A%2B22376123456", "76123456", "%2B223+76+12+34+56"],
)
async def test_a_number_in_any_writing_is_one_phone(desk: Desk, sample: UssdSample, written: str) -> None:
    assert (await desk.post(sample.hop("s1", written, "1"))).status_code == 200
    (hop,) = desk.line.hops
    assert (hop.msisdn, hop.gateway, hop.session_id) == (PHONE, sample.kind.name, "s1")


@EACH
@pytest.mark.parametrize("written", ["", "JIGISEME", "%2B", "12", "%00"])
async def test_what_is_no_number_is_refused(desk: Desk, sample: UssdSample, written: str) -> None:
    assert (await desk.post(sample.hop("s1", written, "1"))).status_code == 400
    assert desk.line.hops == []


@EACH
@pytest.mark.parametrize("typed", ["1", "été à Ségou", "dɛmɛ", "#1", "5 000 F*6", "' \" <b>"])
async def test_what_was_typed_arrives_as_it_is(desk: Desk, sample: UssdSample, typed: str) -> None:
    await desk.post(sample.hop("s1", "76123456", typed))
    (hop,) = desk.line.hops
    assert typed == (hop.typed if isinstance(hop.typed, str) else hop.typed.text)


@EACH
async def test_the_page_and_the_end_are_written_as_it_reads_them(desk: Desk, sample: UssdSample) -> None:
    for typed, ends in (("1", False), ("9", True)):
        answer = await desk.post(sample.hop("s1", "76123456", typed))
        assert (answer.status_code, answer.text) == (200, sample.page("Wari dòn sòròla", ends))


@EACH
async def test_a_hop_twice_is_the_same_hop_and_another_phone_another_call(desk: Desk, sample: UssdSample) -> None:
    """So the engine answers the second as a repeat, and ids that come again never meet."""
    for number in ("76123456", "76123456", "66000002"):
        await desk.post(sample.hop("s1", number, "1"))
    first, again, other = desk.line.hops
    assert first == again
    assert first.call == again.call != other.call


@pytest.mark.parametrize(("sample", "row"), ENDS)
async def test_each_end_from_the_other_side_is_told(desk: Desk, sample: UssdSample, row: EndRow) -> None:
    assert (await desk.post(row.body, name=row.name)).status_code == 200
    (ending,) = desk.line.endings
    assert (ending.outcome, ending.msisdn, ending.gateway) == (row.outcome, row.msisdn, sample.kind.name)


@EACH
async def test_only_who_knows_the_word_posts_and_only_so_much(desk: Desk, sample: UssdSample) -> None:
    body = sample.hop("s1", "76123456", "1")
    for name in sample.kind.callback_names:
        assert (await desk.post(body, name=name, token="demo")).status_code == 404
        assert (await desk.post(body, name=name, token="%FF%00")).status_code == 404
        assert (await desk.post(body + b"&" + b"x" * 5000, name=name)).status_code == 413
        assert (await desk.post(body, name=name, media=sample.other_media)).status_code == 415
    assert (desk.line.hops, desk.line.endings) == ([], [])
