"""At a start each gateway of the campaign is asked, for a few seconds, and what could not go does not start."""

import asyncio

import pytest

from core.outbox.messages import Reason
from core.platform.settings import Settings
from core.text.words import COMMAND
from sms.campaigns import asking
from sms.campaigns.asking import AskingOutcome, NobodyTakes
from sms.outbox import rate_limit
from sms.outbox.gateway import Balance, Busy, Gateway, GatewayRefused, NotReached, Unanswered
from sms.outbox.routes import pace_of
from tests.core.seed import NOW
from tests.sms.campaign_world import crowd, numbers, planned
from tests.sms.campaigns.test_readiness import MINUTE, chosen
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("safo")


class AskedGateway(ScriptedGateway):
    """Says one thing when it is asked, or nothing."""

    def __init__(self, answer: Balance | Exception | None, seconds: float = 0.0) -> None:
        super().__init__()
        self._answer, self._seconds = answer, seconds

    async def knock(self) -> Balance | None:
        await asyncio.sleep(self._seconds)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def given(monkeypatch: pytest.MonkeyPatch, **gateways: Gateway) -> Settings:
    """Settings whose gateways are these."""
    monkeypatch.setattr(asking, "ways_out", lambda _: gateways)
    return chosen()


async def test_what_each_gateway_says_is_told_and_what_is_left_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    await crowd([*numbers(1), *numbers(1, "66")])
    campaign = (await planned()).campaign_id
    settings = given(
        monkeypatch, orange=AskedGateway(Balance("900 SMS", 900)), africastalking=AskedGateway(None, seconds=60)
    )
    asked = await asking.ask(campaign, settings, NOW, seconds=0.05)
    asked.must_be_open()
    assert asked.words(COMMAND) in (
        "Orange answers (900 SMS), africastalking did not answer in time.",
        "Africastalking did not answer in time, orange answers (900 SMS).",
    )
    assert await query("SELECT messages_left FROM sms_pace WHERE balance IS NOT NULL") == [(900,)]


@pytest.mark.parametrize(
    ("answer", "meaning", "goes"),
    [
        (NotReached("no route"), AskingOutcome.AWAY, False),
        (GatewayRefused("HTTP 401"), AskingOutcome.REFUSED, False),
        (GatewayRefused("HTTP 404"), AskingOutcome.SILENT, True),
        (Busy("HTTP 503"), AskingOutcome.BUSY, True),
        (Unanswered("HTTP 500"), AskingOutcome.SILENT, True),
        (None, AskingOutcome.READY, True),
    ],
)
async def test_a_start_is_refused_only_where_nothing_could_leave(
    monkeypatch: pytest.MonkeyPatch, answer: Exception | None, meaning: AskingOutcome, goes: bool
) -> None:
    await crowd(numbers(1, "66"))
    campaign = (await planned()).campaign_id
    asked = await asking.ask(campaign, given(monkeypatch, africastalking=AskedGateway(answer)), NOW)
    assert [each.outcome for each in asked.replies.values()] == [meaning]
    if goes:
        asked.must_be_open()
        return
    with pytest.raises(NobodyTakes, match="nothing could leave to malitel: africastalking"):
        asked.must_be_open()


async def test_another_gateway_takes_what_one_does_not_and_one_that_refuses_our_name_takes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await crowd(numbers(1))
    campaign = (await planned()).campaign_id
    settings = given(monkeypatch, orange=AskedGateway(NotReached("no")), africastalking=AskedGateway(None))
    (await asking.ask(campaign, settings, NOW)).must_be_open()
    await rate_limit.hold(NOW + MINUTE, Reason.INVALID_SENDER, NOW, pace_of("africastalking"))
    with pytest.raises(NobodyTakes, match="orange is not reached, africastalking refuses our sender ID"):
        (await asking.ask(campaign, settings, NOW)).must_be_open()
