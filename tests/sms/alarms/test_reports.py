"""The report by mail: once a period though workers die, numbers alone, nothing of sensitive complaints."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from core.figures.mailed import MailSpan, last_period
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.settings import Settings
from sms.alarms import mail, reports
from tests.core import seed
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import NOW, SAFO
from tests.sms.alarms.mail_server import MailServer, mail_server
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("safo")

MONDAY = NOW.replace(hour=7) - timedelta(days=NOW.weekday())
"""Of the week of the tests, seven o'clock."""


def chosen(server: MailServer, **given: object) -> Settings:
    values = {
        "alarm_smtp_host": "127.0.0.1",
        "alarm_smtp_port": server.port,
        "report_mail_to": "direction@example.org,suivi@example.org",
        "report_desk": "https://jigi.example.org/desk",
    }
    return Settings.model_validate({**values, **given})


async def told(settings: Settings, now: datetime) -> bool:
    with signed_in_for(DatabaseTask.WORKER):
        return await reports.tell(settings, now)


async def test_it_is_mailed_once_by_whichever_worker_and_again_a_week_later() -> None:
    week = [MONDAY.date() - timedelta(days=days) for days in range(1, 8)]
    household = await seed.household(head_name="Zoumana Ballo", phones=("+22376000001",), commune=SAFO)
    await plant(week[0], household_id=household, msisdn="+22376000001", decided=week[0])
    await plant(week[6], decided=MONDAY.date() + timedelta(days=1))
    await plant(MONDAY.date())
    await plant(week[6] - timedelta(days=1))
    await plant(week[3], category="abuse")
    async with mail_server() as server:
        settings = chosen(server)
        assert not await told(settings, MONDAY - timedelta(minutes=1)), "not before seven"
        sent = await asyncio.gather(*(told(settings, MONDAY) for _ in range(3)))
        assert sum(sent) == 1
        assert not await told(settings, MONDAY + timedelta(days=6))
        assert await told(settings, MONDAY + timedelta(days=7))
    first, _ = server.mails
    body = str(first.get_payload())
    assert "16/11/2026 au 22/11/2026 : 2." in body, "neither Monday's, nor the week's before, nor the sensitive one"
    assert "temps : 1 ; en retard : 1." in body
    assert "aujourd'hui : 2, dont 1 en retard." in body
    assert "Zoumana" not in first.as_string()
    assert "76000001" not in first.as_string()
    assert "https://jigi.example.org/desk/figures" in body


async def test_a_worker_that_dies_over_it_leaves_it_unsent_and_not_sent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    class Died(BaseException):
        """The process ended."""

    async def died(*_: object) -> bool:
        raise Died

    async with mail_server() as server:
        with monkeypatch.context() as patched:
            patched.setattr(mail, "sent", died)
            with pytest.raises(Died):
                await told(chosen(server), MONDAY)
        assert not await told(chosen(server), MONDAY + timedelta(hours=1))
    assert server.mails == []


@pytest.mark.parametrize("given", [{"report_mail_to": ""}, {"alarm_smtp_host": ""}])
async def test_where_nobody_or_no_server_is_named_nothing_is_taken(given: dict[str, str]) -> None:
    async with mail_server() as server:
        assert not await told(chosen(server, **given), MONDAY)
    assert await query("SELECT FROM report_mail") == []


@pytest.mark.parametrize(
    ("span", "today", "since", "until"),
    [
        (MailSpan.WEEK, date(2026, 11, 24), date(2026, 11, 16), date(2026, 11, 23)),
        (MailSpan.WEEK, date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 23)),
        (MailSpan.MONTH, date(2026, 1, 1), date(2025, 12, 1), date(2026, 1, 1)),
        (MailSpan.MONTH, date(2026, 3, 31), date(2026, 2, 1), date(2026, 3, 1)),
    ],
)
def test_the_last_period_is_over(span: MailSpan, today: date, since: date, until: date) -> None:
    assert last_period(span, today) == (since, until)
