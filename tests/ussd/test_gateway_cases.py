"""Every USSD gateway over HTTP holds the same cases; `gateway_cases.py` says what its author fills in."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote, unquote_plus, urlencode

import pytest

from core.calls.session_end import SessionOutcome
from core.platform.settings import Settings, WrongSetting
from tests.ussd.gateway_cases import PHONE, Desk, EndRow, HopRow, UssdSample
from ussd import gateways, smpp
from ussd.admission import begins
from ussd.africastalking import AfricasTalkingCalls
from ussd.gateways import GATEWAYS
from ussd.hops import LastInput, Reply
from ussd.lastinput import LastInputCalls, read_fields


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
FIELDS = Path(__file__).parent.parent.parent / "simulator/lastinput.json"


def _json(kind: str, session: str = "s1", number: str = PHONE, typed: str = "", **others: object) -> bytes:
    """A posting as `simulator/lastinput.json` names things."""
    whole = {"session": {"id": session}, "msisdn": number, "userData": typed, "type": kind, **others}
    return json.dumps(whole).encode()


LASTINPUT = UssdSample(
    kind=LastInputCalls,
    hop=lambda session, number, typed: _json("2", session, unquote_plus(number), typed, seq=4),
    page=lambda text, ends: json.dumps(
        {"session": {"id": "s1"}, "message": text, "goesOn": not ends}, ensure_ascii=False, separators=(",", ":")
    ),
    hops=[
        HopRow("a first hop", _json("1", typed="*384*1234#", seq=0), 200, LastInput("", 0, begins=True)),
        HopRow("dialled deep", _json("1", typed="*384*1234*1*2#"), 200, LastInput("1*2", None, begins=True)),
        HopRow("an input", _json("2", typed="5 000 F*6", seq=3), 200, LastInput("5 000 F*6", 3)),
        HopRow("a number as a number", _json("2", typed="1", number="76123456"), 200, LastInput("1")),
        HopRow(
            "a kind as a number", b'{"session":{"id":7},"msisdn":76123456,"userData":1,"type":2}', 200, LastInput("1")
        ),
        HopRow("a count that is none", _json("2", typed="1", seq="four"), 200, LastInput("1")),
        HopRow("no input", b'{"session":{"id":"s1"},"msisdn":"76123456","type":"2"}', 200, LastInput("")),
        HopRow("a kind of tomorrow", _json("9", typed="1"), 400),
        HopRow("no session", b'{"msisdn":"76123456","type":"2"}', 400),
        HopRow("a session that is no text", b'{"session":"s1","msisdn":"76123456","type":"2"}', 400),
        HopRow("a session too long", _json("2", "s" * 129), 400),
        HopRow("no JSON", b"sessionId=s1", 400),
        HopRow("no object", b"[1]", 400),
        HopRow("nothing", b"", 400),
    ],
    ends=[
        EndRow("read to its end", "", _json("3"), SessionOutcome.FINISHED),
        EndRow("cut", "", _json("4"), SessionOutcome.CUT),
        EndRow("given up", "", _json("5"), SessionOutcome.TIMED_OUT),
        EndRow("of nobody", "", _json("5", number="?"), SessionOutcome.TIMED_OUT, msisdn=""),
    ],
    settings={"lastinput_file": FIELDS, "service_code": "*384*1234#"},
    media="application/json",
    other_media="application/x-www-form-urlencoded",
)
SAMPLES = [AFRICASTALKING, LASTINPUT]
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
async def test_the_call_by_which_it_is_tried_is_one_of_its_own(desk: Desk, sample: UssdSample) -> None:
    """`jigi gateways test … --ussd` posts it: it begins, its page is read as the gateway reads it, and it is cut."""
    settings = Settings.model_validate(sample.settings)
    call = sample.kind(settings).sample_call("s1", PHONE)
    assert call is not None
    assert call.end is not None
    answer = await desk.post(call.hop.body, name=call.hop.name, media=call.hop.media)
    assert call.page(answer.content) == Reply("Wari dòn sòròla", ends=False)
    assert (await desk.post(call.end.body, name=call.end.name, media=call.end.media)).status_code == 200
    (hop,), (ending,) = desk.line.hops, desk.line.endings
    assert (hop.session_id, hop.msisdn, begins(hop)) == ("s1", PHONE, True)
    assert (ending.session_id, ending.msisdn, ending.outcome) == ("s1", PHONE, SessionOutcome.CUT)
    for nonsense in (b"", b"<html>", b"{}", b"[]", b"7", b"\xff"):
        with pytest.raises((ValueError, LookupError)):
            call.page(nonsense)


@EACH
async def test_only_who_knows_the_word_posts_and_only_so_much(desk: Desk, sample: UssdSample) -> None:
    body = sample.hop("s1", "76123456", "1")
    for name in sample.kind.callback_names:
        assert (await desk.post(body, name=name, token="demo")).status_code == 404
        assert (await desk.post(body, name=name, token="%FF%00")).status_code == 404
        assert (await desk.post(body + b"&" + b"x" * 5000, name=name)).status_code == 413
        assert (await desk.post(body, name=name, media=sample.other_media)).status_code == 415
    assert (desk.line.hops, desk.line.endings) == ([], [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read"),
        ("no JSON", "Invalid JSON"),
        ("{}", "session: Field required"),
        (FIELDS.read_text().replace("seq", "seq", 1).replace('"kind"', '"kin"'), "kind: Field required"),
        (FIELDS.read_text().replace('"dialled": "code"', '"dialled": "maybe"'), "dialled: Input should be"),
    ],
)
def test_a_file_of_names_that_cannot_be_read_is_named(tmp_path: Path, text: str | None, why: str) -> None:
    file = tmp_path / "names.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(WrongSetting, match=f"^JIGI_LASTINPUT_FILE: .*{why}"):
        read_fields(Settings(lastinput_file=file))


async def test_without_a_file_of_names_nothing_starts() -> None:
    with pytest.raises(WrongSetting, match=r"^JIGI_LASTINPUT_FILE is not set"):
        gateways.switched_on(Settings(ussd_gateways=("lastinput",)))
    (trial,) = await LastInputCalls(Settings(lastinput_file=FIELDS)).trials()
    assert trial.holds
