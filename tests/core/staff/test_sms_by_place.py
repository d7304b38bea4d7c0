"""SMS are seen by place as households are; whether an answer came is told of one's own cases, of no other number."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from core.call_requests.requests import ask_call
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.staff.agents import Actor, Role, Scope, add_agent
from core.staff.row_security import seen_by
from core.text.languages import Language
from tests.core import seed
from tests.support.database import change, scalar

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NEAR, SAME_CERCLE, SAME_REGION, FAR = "ML020201", "ML020202", "ML020501", "ML030101"
COMMUNES = (NEAR, SAME_CERCLE, SAME_REGION, FAR)
ALL_SMS, ALL_TEXTS = "SELECT count(*) FROM message", "SELECT count(*) FROM message_text"

PLAN = """
INSERT INTO campaign (id, kind, title, subject, state, needs_second, recipients, parts) VALUES
    (1, 'free', 'x', '{"place": "ML02"}', 'draft', false, 4, 4), (2, 'free', 'x', '{}', 'draft', false, 4, 4)
"""
TEXTS = """
INSERT INTO message_text (campaign_id, language, content, body, parts, size) VALUES (1, 'fr', 'x', 'x', 1, 1),
    (2, 'fr', 'x', 'x', 1, 1), (NULL, 'fr', 'x', 'x', 1, 1)
"""
PLANNED = """
INSERT INTO message (campaign_id, kind, msisdn, household_ids, commune_pcode, language, filling, state, attempts,
    was_uncertain, planned_at)
SELECT {campaign}, 'call_dropped', {msisdn}, {households}, {pcode}, 'bm', '{{}}', 'planned', 0, false, now()
FROM household
"""
WAITING = """
INSERT INTO grievance (reference, filing_key, channel, category, subcategory, sensitivity, msisdn, commune_pcode,
    anonymous, beneficiary, language, call_back, state, level, first_answer_due, decision_due, received_at,
    reopen_count)
VALUES (%(key)s, %(key)s, 'ussd', 'payment', 'late', 'ordinary', %(phone)s, %(pcode)s, false, false, 'bm', false,
    'waiting', 'village', '2026-12-01', '2026-12-01', %(at)s, 0)
"""
BY_PHONE = "(SELECT msisdn FROM household_phone WHERE household_id = household.id)"


@pytest.fixture(autouse=True)
async def country(world: None) -> None:
    """A household with a phone in each of four communes; a campaign of a region, and one of the whole country."""
    await seed.places(*((pcode, pcode) for pcode in COMMUNES))
    await add_agent("kadi", "Kadi", Role.AGENT)
    for number, pcode in enumerate(COMMUNES):
        await seed.household(pcode, commune=pcode, phones=(f"+2237600000{number}",))
    await change(PLAN)
    await change(TEXTS)


def somebody(role: Role, code: str | None) -> Actor:
    """Of a role, for a place or the whole country."""
    kinds = {None: Scope.NATIONAL, 4: Scope.REGION, 6: Scope.CERCLE, 8: Scope.COMMUNE}
    return Actor(1, "Kadi", role, kinds[len(code) if code else None], code)


async def seen(actor: Actor, statement: str) -> int:
    """What somebody counts."""
    async with seen_by(actor):
        return int(await scalar(statement))


async def plan(campaign: str = "NULL", msisdn: str = "NULL", households: str = "'{}'", pcode: str = "NULL") -> None:
    """One SMS for each household of the country, with what tells its place."""
    await change(PLANNED.format(campaign=campaign, msisdn=msisdn, households=households, pcode=pcode))


@pytest.mark.parametrize(
    "told_by",
    [{"households": "ARRAY[id]"}, {"msisdn": BY_PHONE}, {"campaign": "2", "pcode": "commune_pcode"}],
    ids=["its household", "its phone", "the commune of its campaign"],
)
@pytest.mark.parametrize(("code", "count"), [(NEAR, 1), ("ML0202", 2), ("ML02", 3), (None, 4), ("ML99", 0)])
async def test_sms_are_seen_by_place(told_by: dict[str, str], code: str | None, count: int) -> None:
    await plan(**told_by)
    for role in (Role.AGENT, Role.SUPERVISOR, Role.FOCAL):
        assert await seen(somebody(role, code), ALL_SMS) == count, role
    assert await seen(somebody(Role.ADMINISTRATOR, code), ALL_SMS) == 0


@pytest.mark.parametrize(("code", "count"), [(NEAR, 0), ("ML03", 0), ("ML02", 1), (None, 2)])
async def test_texts_of_campaigns_are_seen_by_who_may_run_them(code: str | None, count: int) -> None:
    assert await seen(somebody(Role.SUPERVISOR, code), ALL_TEXTS) == count
    assert await seen(somebody(Role.AGENT, code), ALL_TEXTS) == 0


async def test_a_campaign_of_ones_own_place_has_the_figures_it_had() -> None:
    await plan(campaign="2", pcode="commune_pcode")
    own = f"{ALL_SMS} WHERE commune_pcode LIKE 'ML02%%'"
    assert await seen(somebody(Role.SUPERVISOR, "ML02"), own) == 3
    assert await seen(somebody(Role.SUPERVISOR, None), own) == 3


async def test_a_notice_is_queued_by_who_sees_its_household_and_a_trial_by_a_supervisor() -> None:
    for household, role, kind in (
        (1, Role.AGENT, NoticeKind.CALL_AGREED),
        (None, Role.SUPERVISOR, NoticeKind.TEST),
    ):
        notice = Notice(f"{kind}", kind, "+22376999999", Language("bm"), household_id=household)
        async with seen_by(somebody(role, NEAR)):
            assert await queue_notice(notice, NOW)
    elsewhere = Notice("far", NoticeKind.CALL_AGREED, "+22376999999", Language("bm"), household_id=4)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with seen_by(somebody(Role.AGENT, NEAR)):
            await queue_notice(elsewhere, NOW)


async def test_ceilings_count_what_is_not_seen() -> None:
    await plan(households="ARRAY[4]", msisdn="'+22376999999'")
    async with seen_by(somebody(Role.AGENT, NEAR)):
        counted = await scalar(
            "SELECT phone_notices + household_notices FROM notices_today('+22376999999', 4, %(at)s)", at=NOW
        )
        assert await scalar("SELECT all_notices_today(%(at)s)", at=NOW) == 4
    assert counted == 8


async def test_whether_an_answer_came_is_told_of_ones_own_cases_only() -> None:
    since = NOW - timedelta(days=1)
    for number in (0, 3):
        phone = f"+2237600000{number}"
        await ask_call(f"call {number}", phone, Language("bm"), None, NOW)
        await change(WAITING, key=f"100000{number}", phone=phone, pcode=COMMUNES[number], at=since)
    came = [f"SELECT CAST(answer_came('+2237600000{number}', '{since}') AS integer)" for number in (0, 3, 1)]
    assert [await seen(somebody(Role.AGENT, NEAR), each) for each in came] == [1, 0, 0]
    assert [await seen(somebody(Role.AGENT, None), each) for each in came] == [1, 1, 0]
    assert [await seen(somebody(Role.ADMINISTRATOR, None), each) for each in came] == [0, 0, 0]
    assert [await seen(somebody(Role.FOCAL, None), each) for each in came] == [0, 0, 0]
    await change("UPDATE grievance SET sensitivity = 'sensitive'")
    assert [await seen(somebody(Role.AGENT, None), each) for each in came] == [0, 0, 0]
    assert [await seen(somebody(Role.FOCAL, None), each) for each in came] == [1, 1, 0]
