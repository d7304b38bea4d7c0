"""A focal person is told that a case came, and that its day ends, once each and without a word of it."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.grievances.filing import file
from core.platform.settings import Settings
from core.staff.agents import Role, Scope, add_agent
from sms.alarms import focal
from sms.outbox.gateway import Result
from tests.core.grievances.handling import LATE, put
from tests.core.seed import NOW, SAFO
from tests.sms.alarms.mail_server import mail_server
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change, query

pytestmark = pytest.mark.usefixtures("safo")

ABUSE = replace(LATE, category="abuse", subcategory="violence", words=None)
PHONE = "+22370000009"
SETTINGS = Settings.model_validate({"sms_routes": "*=africastalking"})


async def focal_person(login: str = "fanta", scope: Scope = Scope.NATIONAL, code: str | None = None) -> int:
    agent_id = await add_agent(login, login.capitalize(), Role.FOCAL, scope, code)
    await change("UPDATE agent SET alert_phone = %(phone)s WHERE id = %(id)s", phone=PHONE, id=agent_id)
    return agent_id


async def told(gateway: ScriptedGateway, now: datetime, settings: Settings = SETTINGS) -> int:
    return await focal.tell({"africastalking": gateway}, settings, now)


def noon(days: int) -> datetime:
    return (NOW + timedelta(days=days)).replace(hour=13)


async def test_she_is_told_once_that_it_came_and_once_that_its_day_ends() -> None:
    await focal_person()
    gateway = ScriptedGateway()
    reference = (await file(ABUSE, NOW)).reference
    morning = NOW.replace(hour=8)
    assert await told(gateway, morning) == 1
    assert await told(gateway, morning) == 0
    assert await told(gateway, noon(1)) == 1, "its first answer is due"
    assert await told(gateway, noon(1)) == 0
    assert [body for body, _ in gateway.asked] == list(focal.WORDS.values())
    assert not any(reference in body for body, _ in gateway.asked)


async def test_a_process_that_ends_once_it_was_sent_tells_nobody_twice() -> None:
    await focal_person()
    await file(ABUSE, NOW)
    gateway = ScriptedGateway(lambda *_: throw(asyncio.CancelledError()))
    with pytest.raises(asyncio.CancelledError):
        await told(gateway, NOW.replace(hour=8))
    assert await told(gateway, NOW.replace(hour=9)) == 0


def throw(error: BaseException) -> list[Result]:
    raise error


async def test_whoever_is_elsewhere_or_absent_or_has_no_number_is_not_told() -> None:
    await focal_person("far", Scope.COMMUNE, "ML030303")
    await focal_person("ill")
    await change("UPDATE agent SET absent_until = %(day)s WHERE login = 'ill'", day=noon(3).date())
    await add_agent("mute", "Mute", Role.FOCAL)
    reference = (await file(ABUSE, NOW)).reference
    await put(reference, commune_pcode=SAFO)
    assert await told(ScriptedGateway(), noon(1)) == 0
    assert await query("SELECT agent_id FROM focal_alert") == []


async def test_what_reached_nobody_is_tried_again_and_by_mail_too() -> None:
    agent_id = await focal_person()
    await file(ABUSE, NOW)
    assert await focal.tell({}, SETTINGS, NOW.replace(hour=8)) == 0
    await change("UPDATE agent SET alert_mail = 'fanta@example.org' WHERE id = %(id)s", id=agent_id)
    async with mail_server() as server:
        settings = SETTINGS.model_copy(update={"alarm_smtp_host": "127.0.0.1", "alarm_smtp_port": server.port})
        assert await focal.tell({}, settings, NOW.replace(hour=8)) == 1
    assert [mail["To"] for mail in server.mails] == ["fanta@example.org"]


async def test_at_night_only_what_ends_before_the_morning_is_told() -> None:
    await focal_person()
    gateway = ScriptedGateway()
    reference = (await file(ABUSE, NOW)).reference
    night = NOW.replace(hour=21)
    assert await told(gateway, night) == 0
    assert await told(gateway, NOW.replace(hour=3)) == 0
    await put(reference, first_answer_due=NOW.date())
    assert await told(gateway, NOW.replace(hour=3)) == 0, "it can wait for the morning of its day"
    assert await told(gateway, night) == 2
