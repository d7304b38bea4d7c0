"""`jigi campaign` tries out, approves, starts, stops and settles."""

from datetime import timedelta

import pytest

from sms.outbox import rate_limit
from tests.core.seed import NOW
from tests.sms import campaign_world
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    DJENEBA,
    FR,
    MALITEL,
    approved,
    became,
    counted,
    drafted,
    family,
    fate_of,
    fates,
    living,
    notice,
    running,
    somebody,
    state_of,
)
from tests.sms.campaigns.typed_command import Typed, done, planned, planning_of, refused
from tests.sms.campaigns.typed_command import jigi as jigi
from tests.support.database import change, one, query

# Trying it out


async def test_a_test_goes_to_the_named_phones_and_says_how_many(jigi: Typed) -> None:
    await family(AWA, language=FR)
    await family(MALITEL)
    campaign = await planned()
    await somebody("binta")
    assert done(await jigi("test", campaign, "76 00 00 03", DJENEBA, "--as", "binta")) == ["4 test SMS queued."]
    rows = await query("SELECT msisdn, language FROM message WHERE kind = 'test' ORDER BY msisdn, language")
    assert [tuple(row) for row in rows] == [(CHEICK, "bm"), (CHEICK, "fr"), (DJENEBA, "bm"), (DJENEBA, "fr")]
    assert await state_of(campaign) == "planned"


async def test_a_test_to_what_is_no_number_goes_to_nobody(jigi: Typed) -> None:
    await family(AWA)
    campaign = await planned()
    await somebody("binta")
    message = refused(await jigi("test", campaign, CHEICK, "12", "--as", "binta"))
    assert message == "one of these is no telephone number"
    assert await query("SELECT id FROM message WHERE kind = 'test'") == []


async def test_what_has_no_plan_cannot_be_tried(jigi: Typed) -> None:
    await family(AWA)
    campaign = await drafted(now=NOW)
    await somebody("binta")
    message = refused(await jigi("test", campaign, CHEICK, "--as", "binta"))
    assert message == f"campaign {campaign} has no texts yet: plan it first"


# Deciding


async def test_somebody_else_approves_and_not_who_planned(jigi: Typed) -> None:
    await family(AWA)
    campaign = await planned()
    await somebody("binta")
    assert refused(await jigi("approve", campaign, "--as", "awa")) == "who planned a campaign cannot approve it"
    assert await state_of(campaign) == "planned"
    assert done(await jigi("approve", campaign, "--as", "binta")) == ["Approved."]
    assert await state_of(campaign) == "approved"


async def test_an_approved_campaign_starts_now(jigi: Typed) -> None:
    await family(AWA)
    campaign = await approved(planning_of(await planned()), NOW)
    await living("first", NOW)
    assert done(await jigi("start", campaign, "--as", "binta")) == [
        "It starts now.",
        "Africastalking answers.",
        f"Watch it: jigi campaign status {campaign} --watch",
    ]
    assert await state_of(campaign) == "running"


async def test_that_it_starts_now_is_said_only_where_it_does(jigi: Typed) -> None:
    await family(AWA)
    campaign = await approved(planning_of(await planned()), NOW)
    assert done(await jigi("start", campaign, "--as", "binta"))[0] == (
        "Nothing leaves: no worker is running. The operator starts `jigi worker`."
    )
    await living("first", NOW)
    await rate_limit.hold(NOW + timedelta(minutes=10), "no_balance", NOW, "*>africastalking")
    assert done(await jigi("status", campaign))[1] == (
        f"Africastalking takes nothing: no balance left at the gateway; tried again on {NOW:%Y-%m-%d} at 09:10. "
        "If it lasts, the operator tries the gateway (jigi gateways test)."
    )
    assert done(await jigi("pause", campaign, "--as", "binta"))
    assert done(await jigi("show", campaign))[2].startswith("Paused by Binta since")


@pytest.mark.parametrize("written", ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
async def test_or_at_the_hour_of_bamako_that_is_asked(jigi: Typed, written: str) -> None:
    await family(AWA)
    campaign = await approved(planning_of(await planned()), NOW)
    at = (NOW + timedelta(days=1)).replace(hour=10, minute=30, second=0, microsecond=0)
    lines = done(await jigi("start", campaign, "--at", f"{at:{written}}", "--as", "binta"))
    assert lines[0] == f"It starts on {at:%Y-%m-%d} at 10:30."
    assert (await one("SELECT state, starts_at FROM campaign"))[:] == ("scheduled", at)
    assert done(await jigi("show", campaign))[0].endswith(f"scheduled for {at:%Y-%m-%d} 10:30")


async def test_but_not_at_a_moment_that_has_passed(jigi: Typed) -> None:
    await family(AWA)
    campaign = await approved(planning_of(await planned()), NOW)
    outcome = await jigi("start", campaign, "--at", f"{NOW - timedelta(hours=1):%Y-%m-%d %H:%M}", "--as", "binta")
    assert refused(outcome) == "that moment has passed; without --at it starts now"
    assert await state_of(campaign) == "approved"


async def test_a_campaign_is_paused_and_goes_on(jigi: Typed) -> None:
    await family(AWA)
    campaign = await running()
    await living("first", NOW)
    outcome = await jigi("pause", campaign, "--why", "the mairie is closed", "--as", "binta")
    assert done(outcome) == ["Paused. What left already is still recorded."]
    assert await state_of(campaign) == "paused"
    assert done(await jigi("status", campaign))[0] == f"Campaign {campaign}: announce, paused: the mairie is closed"
    assert done(await jigi("resume", campaign, "--as", "binta")) == ["It goes on."]
    assert await state_of(campaign) == "running"
    assert done(await jigi("status", campaign))[0] == f"Campaign {campaign}: announce, running"


async def test_a_pause_without_a_reason_is_by_hand(jigi: Typed) -> None:
    await family(AWA)
    campaign = await running()
    assert (await jigi("pause", campaign, "--as", "binta")).code == 0
    row = await one("SELECT why, why_code FROM campaign")
    assert (row.why, row.why_code) == (None, "by_hand")
    assert done(await jigi("status", campaign))[0] == f"Campaign {campaign}: announce, paused: paused by hand"


async def test_a_cancelled_campaign_tells_nobody_any_more_and_says_why(jigi: Typed) -> None:
    await family(AWA)
    campaign = await running()
    assert done(await jigi("cancel", campaign, "--why", "wrong day", "--as", "binta")) == ["Cancelled."]
    assert await counted(campaign) == {"dropped": 1}
    assert done(await jigi("status", campaign))[0] == f"Campaign {campaign}: announce, cancelled: wrong day"
    assert done(await jigi("show", campaign))[-1].endswith(" Binta: cancelled wrong day")


# Uncertain messages


async def uncertain() -> int:
    """A campaign that runs, one of whose two messages may have left unanswered."""
    await family(AWA)
    await family(MALITEL)
    campaign = await running()
    await became(AWA, "uncertain")
    await change("UPDATE sms_batch SET uncertain = true, state = 'done' WHERE operator = 'orange'")
    return campaign


async def test_a_supervisor_is_asked_about_uncertain_messages(jigi: Typed) -> None:
    campaign = await uncertain()
    assert done(await jigi("status", campaign))[-1] == (
        "1 uncertain: the gateway may or may not have taken them. Decide: "
        f"jigi campaign settle {campaign} --again (some may get it twice) or --leave (some may not get it)."
    )
    await became(AWA, "accepted")
    assert "uncertain" not in " ".join(done(await jigi("status", campaign)))


async def test_uncertain_messages_are_sent_again(jigi: Typed) -> None:
    campaign = await uncertain()
    lines = done(await jigi("settle", campaign, "--again", "--as", "binta"))
    assert lines == ["1 uncertain message(s) sent again."]
    assert (await fates(campaign))[AWA].state == "planned"


async def test_or_left_as_they_are(jigi: Typed) -> None:
    campaign = await uncertain()
    lines = done(await jigi("settle", campaign, "--leave", "--as", "binta"))
    assert lines == ["1 uncertain message(s) left as they are."]
    assert (await fates(campaign))[AWA] == campaign_world.Fate("silent", "not_sent_again")


async def test_nought_is_for_single_notices(jigi: Typed) -> None:
    campaign = await uncertain()
    key = await notice(BINTA, now=NOW)
    await became(BINTA, "uncertain")
    assert done(await jigi("settle", 0, "--leave", "--as", "binta")) == ["1 uncertain message(s) left as they are."]
    assert (await fate_of(key)).state == "silent"
    assert (await fates(campaign))[AWA].state == "uncertain"
