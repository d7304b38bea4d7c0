"""What happened is told once it is so, signed, in order, again where it was not taken, and by nobody who is dead."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.webhooks import EventSender
from core.alarms import book
from core.grievances.filing import Filing, file
from core.outbox import receivers
from core.outbox.outgoing import EventKind
from core.outbox.receivers import PAUSES, BadReceiver, NoSuchReceiver, ReceiverTerms
from core.outbox.signing import SigningScheme
from core.payments.states import PaymentState
from core.platform import database, outside
from core.platform.database import DatabaseTask, signed_in_for, undone
from core.platform.outside import InsideAddress, OutsideTransport
from core.platform.settings import settings
from core.staff.agents import Scope
from sms.alarms import watch
from sms.alarms.telling import words
from tests.core import seed
from tests.core.seed import SAFO
from tests.desk.grievances.cases import CONDUCT, LATE, filed
from tests.support.database import change, query, scalar

URL = "https://receiver.test/events"
GRIEVANCES = (EventKind.GRIEVANCE_FILED, EventKind.GRIEVANCE_DECIDED, EventKind.GRIEVANCE_REOPENED)
STEP = """
INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, told)
SELECT id, now(), %(kind)s, 'received', 'resolved', false FROM grievance WHERE reference = %(reference)s
"""


def verifies(key: str, signed: bytes, given: str) -> bool:
    """Whether a signature is right, as who has `whsec_…` or `whpk_…` finds out."""
    scheme, _, value = given.partition(",")
    kind, _, encoded = key.partition("_")
    octets = base64.b64decode(encoded)
    if kind == "whpk":
        try:
            Ed25519PublicKey.from_public_bytes(octets).verify(base64.b64decode(value), signed)
        except InvalidSignature:
            return False
        return scheme == "v1a"
    return scheme == "v1" and base64.b64decode(value) == hmac.new(octets, signed, hashlib.sha256).digest()


class StandIn:
    """A receiver that verifies what comes, and answers as it is told to: a status, or that nobody is there."""

    def __init__(self, secret: str) -> None:
        self.secrets = [secret]
        self.statuses: list[int | None] = []
        self.taken: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.now = datetime.now(UTC) + timedelta(seconds=1)
        self.sender = EventSender(httpx.AsyncClient(transport=httpx.MockTransport(self.answer)), lambda: self.now)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """As a receiver does that reads the specification of Standard Webhooks."""
        assert str(request.url) == URL
        event_id, moment = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        assert int(moment) == int(self.now.timestamp())
        signed = f"{event_id}.{moment}.".encode() + request.content
        given = request.headers["webhook-signature"].split()
        for secret in self.secrets:
            assert any(verifies(secret, signed, each) for each in given)
        assert len(given) == len(self.secrets)
        status = self.statuses.pop(0) if self.statuses else 204
        if status is None:
            raise httpx.ConnectError("nobody there")
        if 200 <= status < 300:
            self.taken.append(json.loads(request.content))
            self.ids.append(event_id)
        return httpx.Response(status, headers={"location": "https://elsewhere.test"})

    async def hears(self, **later: float) -> list[str]:
        """What it took, after some time went by."""
        self.now += timedelta(**later)
        while await self.sender.send_due():
            pass
        return [event["type"] for event in self.taken]


@pytest.fixture
async def roles(safo: None, database_url: str, by_task: Mapping[DatabaseTask, str]) -> AsyncIterator[None]:
    """What files grievances signs in as the line, what sends events as the worker."""
    database.open_database(database_url, by_task=by_task)
    yield
    await database.close_database()


async def standing_in(
    *kinds: EventKind, place: str | None = None, scheme: SigningScheme = SigningScheme.HMAC
) -> StandIn:
    scope = Scope.REGION if place else Scope.NATIONAL
    terms = ReceiverTerms(URL, kinds, scope, place, scheme)
    return StandIn(await receivers.make("rsu", terms, datetime.now(UTC)))


async def test_a_grievance_is_told_of_without_words_and_never_a_sensitive_one(roles: None) -> None:
    receiver = await standing_in(*GRIEVANCES)
    with signed_in_for(DatabaseTask.LINE):
        reference = await file_as_the_line("1", LATE)
        await file_as_the_line("2", CONDUCT)
    await change(STEP, reference=reference, kind="decided")
    assert await receiver.hears() == ["grievance.filed", "grievance.decided"]
    first = receiver.taken[0]
    assert first["data"] == {
        "reference": reference, "category": "payment", "subcategory": "late", "state": "received",
        "commune_pcode": None, "household_no": None,
    }  # fmt: skip
    assert first["timestamp"].endswith("Z")
    assert "Rien depuis trois mois" not in json.dumps(receiver.taken)


async def file_as_the_line(key: str, filing: Filing) -> str:
    return (await file(replace(filing, key=key), seed.NOW)).reference


async def test_what_became_sensitive_on_its_way_is_not_told(roles: None) -> None:
    receiver = await standing_in(*GRIEVANCES)
    await filed("1")
    await change("UPDATE grievance SET sensitivity = 'sensitive'")
    assert await receiver.hears() == []
    assert await query("SELECT state FROM event_sending") == [("dropped",)]


async def test_what_is_undone_is_told_to_nobody(roles: None) -> None:
    receiver = await standing_in(*GRIEVANCES)
    async with undone():
        await filed("1")
    assert await receiver.hears() == []


async def test_other_things_that_happen(roles: None) -> None:
    receiver = await standing_in(
        EventKind.PAYMENT_REPLIED, EventKind.CORRECTION_MADE, EventKind.CAMPAIGN_ENDED, EventKind.MESSAGE_DELIVERED
    )
    await seed.places(("ML090101", "Loin"))
    far = await standing_in(EventKind.CORRECTION_MADE, place="ML09")
    household_id = await seed.household(programme_no="KT/1")
    await seed.payment(household_id, PaymentState.PAID, due=seed.TODAY, round_name="T1")
    await change("INSERT INTO payment_reply (payment_id, reply, missing_xof, at) "
                 "SELECT id, 'not_all', 5000, now() FROM payment")  # fmt: skip
    await change(
        "WITH k AS (INSERT INTO agent (login, name, role, scope_kind) VALUES ('k', 'K', 'agent', 'national') "
        "RETURNING id) INSERT INTO correction (household_id, field, value, reason, state, made_by, made_at) "
        "SELECT %(id)s, 'phone', '+22376123456', 'vu', 'stands', id, now() FROM k",
        id=household_id,
    )
    await change("INSERT INTO campaign (kind, title, subject, state, needs_second, recipients, parts) "
                 "VALUES ('free', 'x', '{}', 'running', false, 1, 1)")  # fmt: skip
    await change("INSERT INTO message (campaign_id, kind, msisdn, household_ids, commune_pcode, state, attempts, "
                 "was_uncertain) SELECT 1, 'free', '+22376123456', ARRAY[id], commune_pcode, 'accepted', 0, false "
                 "FROM household")  # fmt: skip
    for _ in range(2):
        await change("UPDATE message SET state = 'delivered'")
        await change("UPDATE campaign SET state = 'finished'")
    assert sorted(await receiver.hears()) == [
        "campaign.ended", "correction.made", "message.delivered", "payment.replied",
    ]  # fmt: skip
    data = {event["type"]: event["data"] for event in receiver.taken}
    assert data["payment.replied"] == {
        "household_no": "KT/1", "component": "TM", "round": "T1", "reply": "not_all", "missing_xof": 5000,
    }  # fmt: skip
    assert data["message.delivered"]["household_nos"] == ["KT/1"]
    assert "+223" not in json.dumps(receiver.taken)
    assert await far.hears() == []


async def test_one_that_is_not_taken_holds_up_its_subject_and_no_other_and_comes_again(roles: None) -> None:
    receiver = await standing_in(*GRIEVANCES)
    first, second = await filed("1"), await filed("2")
    await change(STEP, reference=first, kind="decided")
    receiver.statuses = [500, 204]
    await receiver.hears()
    assert [event["data"]["reference"] for event in receiver.taken] == [second]
    receiver.statuses = [None, 302]
    assert len(await receiver.hears(seconds=6)) == 1
    assert len(await receiver.hears(seconds=61)) == 1
    assert len(await receiver.hears(seconds=301)) == 3
    told = [(event["data"]["reference"], event["type"]) for event in receiver.taken[1:]]
    assert told == [(first, "grievance.filed"), (first, "grievance.decided")]
    assert tuple(sorted(PAUSES)) == PAUSES


async def test_a_dead_receiver_is_switched_off_and_somebody_is_told(roles: None) -> None:
    receiver = await standing_in(*GRIEVANCES)
    await filed("1")
    receiver.statuses = [500] * 20
    for _ in range(9):
        await receiver.hears(days=1)
    left = len(receiver.statuses)
    assert left > 10  # it was asked no more
    await watch.watch(settings(), receiver.now)
    (alarm,) = await book.open_alarms()
    assert words(alarm) == "Jigi : le système rsu (1) ne prend plus les événements ; l'envoi est arrêté."
    await filed("2")
    receiver.statuses = []
    assert await receiver.hears() == []
    await receivers.switch_on(1, receiver.now)
    assert await receiver.hears() == ["grievance.filed"] * 2
    await watch.watch(settings(), receiver.now)
    assert await book.open_alarms() == []


async def test_one_that_is_gone_is_switched_off_at_once(roles: None) -> None:
    receiver = await standing_in(*GRIEVANCES)
    await filed("1")
    receiver.statuses = [410]
    await receiver.hears()
    assert await scalar("SELECT off_at IS NOT NULL FROM event_receiver")
    assert await receiver.hears(days=2) == []


async def test_what_was_told_is_told_once_more_when_asked_and_by_two_secrets(roles: None) -> None:
    receiver = await standing_in(*GRIEVANCES)
    await filed("1")
    await receiver.hears()
    receiver.secrets.append(await receivers.new_secret(1, receiver.now))
    assert await receivers.replay(1, receiver.now - timedelta(hours=1), receiver.now) == 1
    await receiver.hears()
    assert receiver.ids[0] == receiver.ids[1]
    await receivers.forget_secret(1, receiver.now)
    receiver.secrets.pop(0)
    await filed("2")
    assert len(await receiver.hears()) == 3


async def test_nothing_is_queued_while_nobody_wants_it(roles: None) -> None:
    await filed("1", commune=SAFO)
    assert await query("SELECT id FROM outgoing_event") == []
    for url in ("http://receiver.test", "ftp://x", "https://user@x", "/x"):
        with pytest.raises(BadReceiver):
            await receivers.make("rsu", ReceiverTerms(url, GRIEVANCES), datetime.now(UTC))


async def test_one_that_has_no_secret_of_ours_verifies_by_a_public_key(roles: None) -> None:
    receiver = await standing_in(EventKind.GRIEVANCE_FILED, scheme=SigningScheme.ED25519)
    assert receiver.secrets[0].startswith("whpk_")
    (card,) = await receivers.cards()
    assert card.public_key == receiver.secrets[0]
    await filed("1")
    assert await receiver.hears() == ["grievance.filed"]
    receiver.secrets.append(await receivers.new_secret(1, receiver.now))
    receiver.secrets.reverse()
    await receivers.send_test(1, receiver.now)
    assert await receiver.hears() == ["grievance.filed", "test"]
    (card,) = await receivers.cards()
    assert (card.changing, card.taken_at, card.fault) == (True, receiver.now, None)


async def test_what_leads_inside_is_refused_when_it_is_entered_and_when_it_is_sent(
    roles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    for host in ("127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "localhost", "224.0.0.1"):
        terms = ReceiverTerms(f"https://{host}/x", GRIEVANCES)
        with pytest.raises(InsideAddress):
            await receivers.make("rsu", terms, now)
    await receivers.make("rsu", ReceiverTerms("https://10.1.2.3/x", GRIEVANCES), now, [ip_network("10.1.0.0/16")])
    await receivers.withdraw(1, now)
    with pytest.raises(NoSuchReceiver):
        await receivers.send_test(9, now)
    receiver = await standing_in(EventKind.GRIEVANCE_FILED)
    sent: list[httpx.Request] = []
    leads = ["93.184.215.14", "10.0.0.1"]
    answers = httpx.MockTransport(lambda request: sent.append(request) or httpx.Response(204))  # type: ignore[func-returns-value]

    async def looked_up(host: str, port: int) -> tuple[object, ...]:
        assert (host, port) == ("receiver.test", 443)
        return tuple(map(ip_address, leads))

    monkeypatch.setattr(outside, "looked_up", looked_up)
    receiver.sender = EventSender(httpx.AsyncClient(transport=OutsideTransport(answers, ())), lambda: receiver.now)
    await filed("1")
    await receiver.hears()
    assert sent == []  # a name that is outside and inside is trusted in neither
    assert await query("SELECT fault, fault_status FROM event_receiver WHERE id = 2") == [("inside", None)]
    leads.pop()
    await receiver.hears(minutes=1)
    (request,) = sent
    assert (request.url.host, request.headers["host"]) == ("93.184.215.14", "receiver.test")
    assert request.extensions["sni_hostname"] == "receiver.test"
