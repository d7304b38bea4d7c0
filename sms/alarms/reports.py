"""The report by mail, on its timetable, where a mail server and somebody to read it are named."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from core.figures import mailed
from core.figures.mailed import MailSpan
from core.platform.settings import Settings
from sms.alarms import mail

log = structlog.get_logger(__name__)

HEADING: Final = "Jigi : plaintes, du {since:%d/%m} au {last:%d/%m/%Y}"


async def tell(settings: Settings, now: datetime) -> bool:
    """Mail the report of the last period unless some process did, or began to; whether it was mailed.

    One that the mail server did not take is not tried again: nobody could tell that it was not read.
    """
    if not (settings.alarm_smtp_host and settings.report_mail_to):
        return False
    span = MailSpan(settings.report_every)
    since = await mailed.claim(span, now)
    if since is None:
        return False
    report = await mailed.counted(span, now.date())
    heading = HEADING.format(since=report.since, last=report.until - timedelta(days=1))
    sent = await mail.sent(heading, mailed.words(report, settings.report_desk), settings, settings.report_mail_to)
    if not sent:
        log.error("report_not_mailed", span=span.value, since=since.isoformat())
    return sent
