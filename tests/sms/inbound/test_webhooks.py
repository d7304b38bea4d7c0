"""What the gateway posts about SMS is answered once it stands in the database, and refused when it cannot be read."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from core.outbox.messages import MessageState
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform import database
from core.platform.clock import DatabaseClock
from core.platform.settings import Settings
from core.platform.webhooks import FORM
from core.registry.callers import recognise, stop_sms
from core.text.languages import Language
from sms.inbound import webhooks
from sms.outbox.delivery import DeliveryReport
from tests.sms.conftest import SHORT_CODE, TOKEN, Webhooks, address
from tests.sms.outbox.a_gateway import AWA, NOON, AGateway, messages
from tests.support.database import query

NOWHERE = "postgresql://postgres@/none?host=/nonexistent"
NAMES = ("delivery", "inbound", "optout")
NUMBERS = count()


@pytest.fixture
async def name(line: Webhooks, gateway: AGateway) -> str:
    """A message that the gateway took, by its name there."""
    await queue_notice(Notice("help", NoticeKind.HELP, AWA, Language("fr"), prompt=True), NOON)
    await gateway.takes()
    return gateway.names[0]


async def stands() -> Any:
    """What the ledger says of the message."""
    (row,) = await messages("state, reason")
    return row


async def test_a_report_comes_at_the_time_of_the_database_whatever_this_machine_takes_it_for(
    safo: None, gateway: AGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what left, by the database's time, was never reported of: the report seems to be of something older."""

    class AnotherTime(DatabaseClock):
        async def fresh(self) -> datetime:
            return NOON

    monkeypatch.setattr(webhooks, "DatabaseClock", AnotherTime)
    app = Starlette(routes=webhooks.routes(Settings(callback_tokens=(TOKEN,))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sms") as client:
        form = {"id": "strange", "status": "Success", "phoneNumber": AWA}
        assert (await client.post(address("delivery"), data=form)).is_success
    assert [row.received_at for row in await query("SELECT received_at FROM early_report")] == [NOON]
    intake = webhooks.GatewayIntake(Settings())
    over_a_link = DeliveryReport("smpp", "7", AWA, MessageState.DELIVERED, "", NOON + timedelta(hours=1))
    await intake.reported(over_a_link)
    assert [row.received_at for row in await query("SELECT received_at FROM early_report")] == [NOON, NOON]


REASONS = {
    "InsufficientCredit": "africastalking:InsufficientCredit",
    "InvalidLinkId": "africastalking:InvalidLinkId",
    "UserIsInactive": "inactive",
    "UserInBlackList": "blacklisted",
    "UserAccountSuspended": "line_suspended",
    "NotNetworkSubscriber": "other_network",
    "NotNetworkSubcriber": "other_network",
    "UserNotSubscribedToProduct": "africastalking:UserNotSubscribedToProduct",
    "UserDoesNotExist": "no_such_number",
    "DeliveryFailure": "not_delivered",
    "DoNotDisturbRejection": "do_not_disturb",
    "MarsUnreachable": "africastalking:MarsUnreachable",
}
"""The gateway's word for a failure, and ours."""


@pytest.mark.parametrize(
    ("label", "fields", "state", "reason"),
    [
        ("sent", {"status": "Sent"}, "on_its_way", None),
        ("submitted", {"status": "Submitted"}, "on_its_way", None),
        ("buffered", {"status": "Buffered", "retryCount": "3"}, "on_its_way", None),
        ("delivered", {"status": "Success"}, "delivered", None),
        ("rejected", {"status": "Rejected"}, "failed", "refused"),
        ("failed", {"status": "Failed"}, "failed", "not_delivered"),
        ("absent", {"status": "AbsentSubscriber"}, "on_its_way", "absent"),
        ("expired", {"status": "Expired"}, "failed", "expired"),
        *((word, {"status": "Failed", "failureReason": word}, "failed", reason) for word, reason in REASONS.items()),
        ("rejected, and why", {"status": "Rejected", "failureReason": "UserInBlackList"}, "failed", "blacklisted"),
        (
            "no reason but a number",
            {"status": "Failed", "failureReason": f"no route to {AWA}"},
            "failed",
            "not_delivered",
        ),
        ("no reason but octets", {"status": "Failed", "failureReason": "a\0b"}, "failed", "not_delivered"),
        ("delivered, with a reason", {"status": "Success", "failureReason": "DeliveryFailure"}, "delivered", None),
        ("a status of tomorrow", {"status": "Teleported"}, "accepted", None),
        ("a status in small letters", {"status": "success"}, "accepted", None),
        ("no status", {}, "accepted", None),
        ("a status that is no text", {"status": "Su\0ccess"}, "accepted", None),
    ],
)
async def test_each_status_is_a_state(
    line: Webhooks, name: str, label: str, fields: dict[str, str], state: str, reason: str | None
) -> None:
    form = {"id": name, "phoneNumber": AWA, "networkCode": "61001", **fields}
    answer = await line.post("delivery", **form)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert await stands() == (state, reason)


@pytest.mark.parametrize(
    ("label", "statuses", "state"),
    [
        ("twice", ["Success", "Success"], "delivered"),
        ("each step", ["Submitted", "Sent", "Buffered", "Success"], "delivered"),
        ("out of order", ["Success", "Sent"], "delivered"),
        ("off, and on again", ["Sent", "AbsentSubscriber", "Success"], "delivered"),
        ("off, and still off", ["Buffered", "AbsentSubscriber"], "on_its_way"),
        ("off for too long", ["AbsentSubscriber", "Expired"], "failed"),
        ("failed and then sent", ["Failed", "Submitted"], "failed"),
        ("failed and then delivered", ["Failed", "Success"], "failed"),
        ("delivered and then failed", ["Success", "Expired"], "delivered"),
        ("something strange in between", ["Sent", "Teleported", "Success"], "delivered"),
    ],
)
async def test_reports_in_any_order(line: Webhooks, name: str, label: str, statuses: list[str], state: str) -> None:
    for status in statuses:
        assert (await line.post("delivery", id=name, status=status, phoneNumber=AWA)).status_code == 200
    assert (await stands())[0] == state


async def test_why_a_message_is_still_on_its_way_is_kept_until_it_arrives(line: Webhooks, name: str) -> None:
    seen = []
    for status in ("Sent", "AbsentSubscriber", "Buffered", "Success"):
        await line.post("delivery", id=name, status=status, phoneNumber=AWA)
        seen.append(await stands())
    assert seen == [("on_its_way", None), ("on_its_way", "absent"), ("on_its_way", "absent"), ("delivered", None)]


async def test_a_report_of_a_message_of_nobody_is_kept_with_its_number(line: Webhooks) -> None:
    for number in (AWA, AWA.removeprefix("+"), "JIGISEME", ""):
        answer = await line.post("delivery", id=f"ATXid_{number}", status="Failed", phoneNumber=number)
        assert answer.status_code == 200
    assert await query("SELECT provider_id, msisdn, state, reason, received_at FROM early_report ORDER BY 1") == [
        ("ATXid_", "", "failed", "not_delivered", NOON),
        (f"ATXid_{AWA}", AWA, "failed", "not_delivered", NOON),
        (f"ATXid_{AWA.removeprefix('+')}", AWA, "failed", "not_delivered", NOON),
        ("ATXid_JIGISEME", "", "failed", "not_delivered", NOON),
    ]


@pytest.mark.parametrize(
    ("label", "name", "form", "message"),
    [
        ("a report without an id", "delivery", {"status": "Success"}, "id: 1 to 128"),
        ("an id of nothing", "delivery", {"id": "", "status": "Success"}, "id: 1 to 128"),
        ("an id of spaces", "delivery", {"id": "a b", "status": "Success"}, "id: 1 to 128"),
        ("an id with a NUL", "delivery", {"id": "a\0b", "status": "Success"}, "id: 1 to 128"),
        ("an id too long", "delivery", {"id": "a" * 129, "status": "Success"}, "id: 1 to 128"),
        ("a message without an id", "inbound", {"from": AWA, "text": "info"}, "id: 1 to 128"),
        ("a stop of nobody", "optout", {"senderId": "JIGISEME"}, "phoneNumber: +"),
        ("a stop of a name", "optout", {"phoneNumber": "JIGISEME"}, "phoneNumber: +"),
        ("a stop of two numbers", "optout", {"phoneNumber": f"{AWA},{AWA}"}, "phoneNumber: +"),
        ("a stop of a NUL", "optout", {"phoneNumber": f"{AWA}\0"}, "phoneNumber: +"),
    ],
)
async def test_what_cannot_be_read_is_refused_by_its_name(
    door: Webhooks, label: str, name: str, form: dict[str, str], message: str
) -> None:
    answer = await door.post(name, **form)
    assert answer.status_code == 400
    assert answer.text.startswith(message)


@pytest.mark.parametrize(
    ("label", "name", "form"),
    [
        ("a long id", "delivery", {"id": "a" * 128, "status": "Success"}),
        ("a message of nobody", "inbound", {"id": "1", "text": "info"}),
        ("a message of octets", "inbound", {"id": "1", "from": "\0", "text": "\0"}),
        ("a message of signs", "inbound", {"id": "1", "from": AWA, "text": "🙏🏿\ud7ff\uffff\0"}),
    ],
)
async def test_what_is_strange_is_taken(line: Webhooks, label: str, name: str, form: dict[str, str]) -> None:
    assert (await line.post(name, **form)).status_code == 200


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("label", "token", "content", "kind", "status"),
    [
        ("a wrong word", "demo", b"id=1", FORM, 404),
        ("no text for a word", "%FF%00", b"id=1", FORM, 404),
        ("JSON", TOKEN, b'{"id": "1"}', "application/json", 415),
        ("too large", TOKEN, b"id=" + b"1" * 5000, FORM, 413),
        ("too many fields", TOKEN, b"&".join(b"f%d=1" % field for field in range(50)), FORM, 400),
        ("nothing", TOKEN, b"", FORM, 400),
    ],
)
async def test_what_is_no_form_of_the_gateway_is_refused(
    door: Webhooks, name: str, label: str, token: str, content: bytes, kind: str, status: int
) -> None:
    answer = await door.client.post(address(name, token), content=content, headers={"content-type": kind})
    assert answer.status_code == status


@pytest.mark.parametrize("name", NAMES)
async def test_a_page_is_not_to_be_had_there(door: Webhooks, name: str) -> None:
    assert (await door.client.get(address(name))).status_code == 405


@hypothesis_settings(max_examples=40)
@given(body=st.one_of(st.binary(max_size=300), st.text(max_size=150).map(str.encode)))
async def test_no_octets_at_all_make_a_500_or_a_not_now(line: Webhooks, body: bytes) -> None:
    for name, form in (
        ("delivery", b"id=1&status=Failed&failureReason="),
        ("inbound", b"id=in-%d&from=%%2B22376000001&text=" % next(NUMBERS)),
        ("optout", b"phoneNumber="),
    ):
        for content in (body, form + body):
            answer = await line.client.post(address(name), content=content, headers={"content-type": FORM})
            assert answer.status_code < 500


async def test_without_tokens_nothing_is_there() -> None:
    nobody = Webhooks(Settings(callback_tokens=(), sms_short_code=SHORT_CODE))
    async with nobody.client:
        for name in NAMES:
            assert (await nobody.post(name, id="1")).status_code == 404


@pytest.mark.usefixtures("world")
async def test_without_a_short_code_nobody_writes_to_us() -> None:
    one_way = Webhooks(Settings(callback_tokens=(TOKEN,), sms_short_code=""))
    async with one_way.client:
        assert (await one_way.writes(AWA, "info")).status_code == 404
        assert (await one_way.post("optout", phoneNumber=AWA)).status_code == 200
        assert (await one_way.post("delivery", id="1", status="Success")).status_code == 200
    assert await query("SELECT FROM inbound_sms") == []


@pytest.mark.parametrize("written", [AWA, AWA.removeprefix("+"), f" {AWA.removeprefix('+')} "])
async def test_who_opts_out_at_the_gateway_is_stopped_here(line: Webhooks, written: str) -> None:
    assert (await line.post("optout", senderId="JIGISEME", phoneNumber=written)).status_code == 200
    assert (await recognise(AWA)).sms_stopped


async def test_the_first_stop_is_the_one_that_is_kept(line: Webhooks) -> None:
    await stop_sms(AWA)
    (first,) = await query("SELECT sms_stopped_at FROM phone")
    await line.post("optout", phoneNumber=AWA)
    assert await query("SELECT sms_stopped_at FROM phone") == [first]


async def a_report(line: Webhooks, name: str) -> httpx.Response:
    return await line.post("delivery", id=name, status="Success", phoneNumber=AWA)


async def a_message(line: Webhooks, name: str) -> httpx.Response:
    return await line.writes(AWA, "info", "in-1")


async def an_opt_out(line: Webhooks, name: str) -> httpx.Response:
    return await line.post("optout", phoneNumber=AWA)


@pytest.mark.parametrize("down", ["closed", "out of reach"])
@pytest.mark.parametrize(
    ("post", "done"),
    [
        (a_report, "SELECT count(*) FROM message WHERE state = 'delivered'"),
        (a_message, "SELECT count(*) FROM message WHERE key = 'answer in-1'"),
        (an_opt_out, "SELECT count(*) FROM phone WHERE sms_stopped_at IS NOT NULL"),
    ],
)
async def test_without_the_database_it_is_to_be_posted_again_and_is_then_taken(
    line: Webhooks,
    name: str,
    database_url: str,
    post: Callable[[Webhooks, str], Awaitable[httpx.Response]],
    done: str,
    down: str,
) -> None:
    await database.close_database()
    if down == "out of reach":
        database.open_database(NOWHERE)
    with structlog.testing.capture_logs() as logs:
        refused = await asyncio.gather(post(line, name), post(line, name))
    assert [(answer.status_code, answer.text) for answer in refused] == [(503, "not now")] * 2
    assert [entry["webhook"] for entry in logs if entry["event"] == "webhook_not_taken"]
    assert not any(word in str(logs) for word in (AWA, "76000001", name, TOKEN, "info"))

    await database.close_database()
    database.open_database(database_url)
    assert (await post(line, name)).status_code == 200
    assert await query(done) == [(1,)]
