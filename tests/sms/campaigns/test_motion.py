"""Why a campaign moves or does not, in every state: what is said, until when, and what is asked of whom."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.campaigns.models import CampaignKind, CampaignState
from core.numbers.msisdn import Operator
from core.outbox import restoring
from core.outbox.messages import Reason
from core.outbox.restorations import RestorationSign
from core.platform.settings import Settings
from core.text.words import COMMAND, DESK
from sms.campaigns import motion, planning, steps
from sms.campaigns.motion import CampaignSending, ReadyRequests
from sms.campaigns.motions import ASKS, AskedOf, Motion
from sms.outbox import rate_limit
from sms.outbox.rate_limit import Standstill
from sms.outbox.routes import every_route
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, SETTINGS, family, living, running, somebody
from tests.sms.campaigns.standing import DEAR, in_state
from tests.support.database import change

S = CampaignState
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROUTES = every_route(Settings(sms_routes="orange=orange>africastalking,malitel=smpp,*=africastalking"))
TWO_WAYS = ReadyRequests(Operator.ORANGE, later=False, first_at=NOW - HOUR)
ONE_WAY = ReadyRequests(Operator.MALITEL, later=False, first_at=NOW - HOUR)
LATER = replace(TWO_WAYS, later=True, first_at=NOW + DAY)
SOON = replace(TWO_WAYS, later=True, first_at=NOW + timedelta(minutes=2))
BETWEEN = replace(TWO_WAYS, later=True, first_at=NOW + 2 * HOUR)


def held(*gateways: str, hours: int = 1) -> Mapping[str, Standstill]:
    names = [f"*>{gateway}" for gateway in gateways]
    return {name: Standstill(name, NOW + hours * HOUR, Reason.NO_BALANCE) for name in names}


@pytest.mark.parametrize(
    ("ready", "holds", "under_way", "says"),
    [
        ((TWO_WAYS,), {}, False, [(Motion.MOVING, None)]),
        ((), {}, True, [(Motion.MOVING, None)]),
        ((), {}, False, [(Motion.ENDING, None)]),
        ((TWO_WAYS,), held("orange"), False, [(Motion.MOVING, None)]),
        ((TWO_WAYS,), held("orange", "africastalking"), False, [(Motion.HELD, NOW + HOUR)]),
        ((ONE_WAY,), held("smpp"), False, [(Motion.HELD, NOW + HOUR)]),
        ((TWO_WAYS, ONE_WAY), held("smpp"), False, [(Motion.MOVING, None), (Motion.HELD, NOW + HOUR)]),
        ((ONE_WAY,), {"all": Standstill("all", NOW + DAY, "HTTP 503")}, False, [(Motion.HELD, NOW + DAY)]),
        ((ONE_WAY,), {"malitel": Standstill("malitel", NOW + DAY, "")}, False, [(Motion.HELD, NOW + DAY)]),
        ((LATER,), {}, False, [(Motion.TOMORROW, NOW + DAY)]),
        ((SOON, LATER), {}, False, [(Motion.RETRY, SOON.first_at), (Motion.TOMORROW, NOW + DAY)]),
        (
            (LATER, BETWEEN),
            {},
            True,
            [(Motion.MOVING, None), (Motion.RETRY, NOW + 2 * HOUR), (Motion.TOMORROW, NOW + DAY)],
        ),
    ],
)
def test_what_runs_moves_or_waits(
    ready: tuple[ReadyRequests, ...],
    holds: Mapping[str, Standstill],
    under_way: bool,
    says: list[tuple[Motion, datetime | None]],
) -> None:
    sending = CampaignSending(ready, under_way=under_way, has_worker=True, held=holds)
    motions = motion.running(CampaignKind.ANNOUNCE, sending, ROUTES, NOW)
    assert [(each.motion, each.until) for each in motions] == says


@pytest.mark.parametrize(
    ("hour", "until"), [(6, NOW.replace(hour=8)), (19, NOW.replace(hour=8) + DAY), (23, NOW.replace(hour=8) + DAY)]
)
def test_outside_the_hours_it_goes_on_when_they_begin(hour: int, until: datetime) -> None:
    sending = CampaignSending((TWO_WAYS,), under_way=False, has_worker=True, held={})
    (waits,) = motion.running(CampaignKind.ANNOUNCE, sending, ROUTES, NOW.replace(hour=hour))
    assert (waits.motion, waits.until) == (Motion.WINDOW, until)


def test_a_reminder_waits_for_its_day_and_nothing_goes_without_a_worker() -> None:
    sending = CampaignSending((LATER,), under_way=True, has_worker=True, held={})
    assert motion.running(CampaignKind.REMINDER_1, sending, ROUTES, NOW)[-1].motion is Motion.ITS_DAY
    without = motion.running(CampaignKind.ANNOUNCE, replace(sending, has_worker=False), ROUTES, NOW)
    assert [each.motion for each in without] == [Motion.NO_WORKER]


@pytest.mark.usefixtures("safo")
@pytest.mark.parametrize(
    ("state", "says", "asks"),
    [
        (S.DRAFT, Motion.UNPLANNED, AskedOf.PLAN),
        (S.PLANNED, Motion.FIRST_APPROVAL, AskedOf.APPROVE),
        (S.APPROVED, Motion.TO_START, AskedOf.START),
        (S.SCHEDULED, Motion.SCHEDULED, AskedOf.NOTHING),
        (S.RUNNING, Motion.MOVING, AskedOf.NOTHING),
        (S.FINISHED, Motion.REPORTS, AskedOf.NOTHING),
    ],
)
async def test_each_state_says_what_it_waits_for(state: CampaignState, says: Motion, asks: AskedOf) -> None:
    campaign = await in_state(state)
    await living("first", NOW)
    (only,) = await motion.motions_of(campaign, SETTINGS, NOW)
    assert (only.motion, only.asked) == (says, asks)


@pytest.mark.usefixtures("safo")
async def test_a_plan_waits_for_a_second_approval_or_has_nobody() -> None:
    campaign = await in_state(S.DRAFT)
    await planning.plan(campaign, DEAR, NOW)
    await steps.approve(campaign, await somebody("binta"), NOW)
    assert (await motion.motions_of(campaign, DEAR, NOW))[0].motion is Motion.SECOND_APPROVAL
    await change("UPDATE campaign SET recipients = 0, approved_by = NULL")
    assert (await motion.motions_of(campaign, DEAR, NOW))[0].motion is Motion.NOBODY


@pytest.mark.usefixtures("safo")
async def test_who_paused_it_or_that_it_paused_by_itself_and_who_cancelled_it() -> None:
    await family(AWA)
    campaign, binta = await running(), await somebody("binta")
    await steps.pause(campaign, "Erreur de lieu", NOW, binta)
    (paused,) = await motion.motions_of(campaign, SETTINGS, NOW)
    assert paused.words(DESK) == f"en pause par Binta depuis le {NOW:%d/%m/%Y} à 09:00 : Erreur de lieu"
    await steps.resume(campaign, binta, NOW)
    await steps.stop_for_gateway(campaign, Reason.INVALID_SENDER, NOW)
    (stopped,) = await motion.motions_of(campaign, SETTINGS, NOW)
    assert (stopped.motion, stopped.asked) == (Motion.STOPPED, AskedOf.RESUME_ONCE_WELL)
    await steps.resume(campaign, binta, NOW)
    await steps.stop_for_gateway(campaign, Reason.NO_BALANCE, NOW)
    (stopped,) = await motion.motions_of(campaign, SETTINGS, NOW)
    assert stopped.asked is AskedOf.TOP_UP
    await steps.cancel(campaign, "Tour repoussé", binta, NOW)
    (cancelled,) = await motion.motions_of(campaign, SETTINGS, NOW)
    assert cancelled.words(COMMAND) == f"cancelled by Binta on {NOW:%Y-%m-%d} at 09:00: Tour repoussé"


@pytest.mark.usefixtures("safo")
async def test_what_ended_asks_about_the_uncertain_ones_and_is_over_once_no_report_comes() -> None:
    campaign = await in_state(S.FINISHED)
    await change("UPDATE campaign SET ended_at = %(now)s", now=NOW)
    (over,) = await motion.motions_of(campaign, SETTINGS, NOW + 4 * DAY)
    assert over.motion is Motion.OVER
    await change("UPDATE message SET state = 'uncertain', was_uncertain = true")
    await change("UPDATE sms_batch SET state = 'done', uncertain = true")
    (uncertain,) = await motion.motions_of(campaign, SETTINGS, NOW)
    assert (uncertain.motion, uncertain.count, uncertain.asked) == (Motion.UNCERTAIN, 1, AskedOf.SETTLE)


@pytest.mark.usefixtures("safo")
async def test_what_is_held_names_the_gateway_and_its_reason() -> None:
    await family(AWA)
    campaign = await running()
    await living("first", NOW)
    await rate_limit.hold(NOW + HOUR, Reason.NO_BALANCE, NOW, "*>africastalking")
    goes, does = await motion.goes_on(campaign, SETTINGS, NOW, DESK)
    assert not goes
    assert does.startswith(
        "La passerelle africastalking ne prend rien : il n'y a plus de crédit chez la passerelle SMS"
    )


@pytest.mark.usefixtures("safo")
async def test_after_a_restore_nothing_moves_until_somebody_has_looked() -> None:
    campaign, binta = await in_state(S.RUNNING), await somebody("binta")
    await living("first", NOW)
    await restoring.doubt(RestorationSign.SAID, 0, NOW)
    (paused,) = await motion.motions_of(campaign, SETTINGS, NOW)
    assert "sauvegarde" in paused.words(DESK)
    await steps.resume(campaign, binta, NOW)
    (waits,) = await motion.motions_of(campaign, SETTINGS, NOW)
    assert (waits.motion, waits.asked) == (Motion.RESTORED, AskedOf.LOOK_AFTER_RESTORE)
    await restoring.go_on(binta.id, NOW)
    (goes,) = await motion.motions_of(campaign, SETTINGS, NOW)
    assert goes.motion is not Motion.RESTORED


def test_every_motion_says_what_it_asks() -> None:
    assert {*ASKS} == {*Motion}
