"""Single notices: written when they are sent, and in nobody's way."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.outbox.notice_kinds import NoticeKind
from sms.outbox import claims, departing
from sms.outbox.claims import Claim
from sms.outbox.routes import every_route
from tests.core.seed import NOW, TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    BM,
    FR,
    SETTINGS,
    Fate,
    Watch,
    family,
    fate_of,
    notice,
    running,
    sender,
    speaks,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.sms.worker.sending import DAY, gone
from tests.support.database import one, query
from tests.support.patience import LONGEST_SECONDS

pytestmark = pytest.mark.usefixtures("safo")


async def test_a_notice_is_written_in_the_language_of_its_phone_when_it_is_sent() -> None:
    await notice(AWA, NoticeKind.SMS_STOPPED)
    await notice(BINTA, NoticeKind.SMS_STOPPED)
    await speaks(BINTA, BM)
    gateway = ScriptedGateway()
    await sender(gateway, Watch()).drain()
    texts = {msisdns[0]: body for body, msisdns in gateway.asked}
    assert texts[AWA].startswith("Jigisèmèjiri : ")
    assert texts[BINTA].startswith("Jigisèmèjiri: ")
    kept = await query("SELECT language, body, parts FROM message_text ORDER BY id")
    assert [(row.language, row.body, row.parts) for row in kept] == [(FR, texts[AWA], 1), (BM, texts[BINTA], 1)]


async def test_a_notice_that_lacks_what_it_needs_is_dropped() -> None:
    key = await notice(AWA, NoticeKind.RECEIVED, ref="1234567")
    gateway = ScriptedGateway()
    await sender(gateway, Watch()).drain()
    assert (gateway.asked, await fate_of(key)) == ([], Fate("dropped", "cannot_be_written"))


@pytest.mark.parametrize("filling", [{"ref": "1234567", "due": None}, {"ref": "1234567", "due": 5}])
async def test_a_notice_that_holds_nonsense_is_dropped_and_holds_up_nobody(filling: dict[str, object]) -> None:
    nonsense, good = await notice(AWA, NoticeKind.RECEIVED, **filling), await notice(BINTA)  # type: ignore[arg-type]
    gateway = ScriptedGateway()
    async with asyncio.timeout(LONGEST_SECONDS):
        await sender(gateway, Watch()).drain()
    assert (await fate_of(nonsense), await fate_of(good)) == (Fate("dropped", "cannot_be_written"), Fate("accepted"))


async def test_a_request_that_cannot_depart_does_not_hold_up_those_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for once but for good: nobody knows why, and the others are sent all the same."""
    await family(AWA, due=TODAY + DAY)
    await family(BINTA)
    await running()
    await running(Kind.REMINDER_1)
    real = departing.depart

    async def never_for_awa(claim: Claim, *args: Any, **kwargs: Any) -> Any:
        if (await one("SELECT priority FROM sms_batch WHERE id = %(id)s", id=claim.id)).priority == 1:
            raise gone()
        return await real(claim, *args, **kwargs)

    monkeypatch.setattr(departing, "depart", never_for_awa)
    gateway, watch = ScriptedGateway(), Watch()
    working = sender(gateway, watch)
    async with asyncio.timeout(LONGEST_SECONDS):
        while not gateway.took[BINTA]:
            claim = await claims.claim("first", watch.turn(seconds=0.1), every_route(SETTINGS))
            assert claim, "nothing to claim"
            await working.send(claim)


async def test_an_answer_that_comes_too_late_is_none() -> None:
    key = await notice(AWA, not_after=NOW + timedelta(hours=1))
    gateway = ScriptedGateway()
    await sender(gateway, Watch(NOW + timedelta(hours=2))).drain()
    assert (gateway.asked, await fate_of(key)) == ([], Fate("dropped", "missed_its_day"))


async def test_a_trial_is_sent_as_it_is() -> None:
    await notice(AWA, NoticeKind.TEST, body="Un texte long")
    gateway = ScriptedGateway()
    await sender(gateway, Watch()).drain()
    assert gateway.asked == [("Un texte long", (AWA,))]
