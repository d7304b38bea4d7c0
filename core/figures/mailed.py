"""The report that goes by mail on a timetable: numbers of the whole country, of nobody, and at most once a period."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from core.grievances.figures import IN_TIME, Timely
from core.grievances.subjects import Sensitivity
from core.grievances.vocabulary import IS_OPEN
from core.platform import sql
from core.text.formats import short_date
from core.text.words import Code


class MailSpan(Code):
    """How often it goes."""

    WEEK = "week"
    MONTH = "month"


FROM_HOUR: Final = 7
"""It goes from this hour of the day on."""

CLAIM: Final = """
INSERT INTO report_mail (span, period, at) VALUES (%(span)s, %(period)s, %(now)s) ON CONFLICT DO NOTHING
"""
_CAME: Final = """grievance.received_at >= CAST(CAST(%(since)s AS date) AS timestamptz)
    AND grievance.received_at < CAST(CAST(%(until)s AS date) AS timestamptz)"""
COUNTS: Final = f"""
SELECT count(*) FILTER (WHERE {_CAME}) AS received,
    count(*) FILTER (WHERE {_CAME} AND {IN_TIME[Timely.DECIDED]}) AS decided,
    count(*) FILTER (WHERE {_CAME} AND {IN_TIME[Timely.DECIDED_LATE]}) AS decided_late,
    count(*) FILTER (WHERE {IS_OPEN}) AS open,
    count(*) FILTER (WHERE {IS_OPEN} AND next_due < CAST(%(today)s AS date)) AS overdue
FROM grievance WHERE sensitivity <> '{Sensitivity.SENSITIVE}'
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class MailedReport:
    """What came from a day to another (that one not counted), what of it was decided, and what is open now."""

    since: date
    until: date
    received: int
    decided: int
    decided_late: int
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class _Counts:
    received: int
    decided: int
    decided_late: int
    open: int
    overdue: int


def last_period(span: MailSpan, today: date) -> tuple[date, date]:
    """The last week, from Monday, or month that is over: its first day, and the day after its last."""
    if span is MailSpan.WEEK:
        until = today - timedelta(days=today.weekday())
        return until - timedelta(days=7), until
    until = today.replace(day=1)
    return (until - timedelta(days=1)).replace(day=1), until


async def claim(span: MailSpan, now: datetime) -> date | None:
    """Take the report of the last period, for this process alone and for good; None where it was taken, or is early.

    It is taken before it is sent: whatever ends then, nobody gets it twice.
    """
    since, _ = last_period(span, now.date())
    if now.hour < FROM_HOUR or not await sql.execute(CLAIM, {"span": span.value, "period": since, "now": now}):
        return None
    return since


async def counted(span: MailSpan, today: date) -> MailedReport:
    """The numbers of the last period; sensitive complaints are in none of them."""
    since, until = last_period(span, today)
    counts = await sql.row(_Counts, COUNTS, {"since": since, "until": until, "today": today})
    if counts is None:
        raise RuntimeError("an aggregate has one row")
    return MailedReport(since, until, counts.received, counts.decided, counts.decided_late, counts.open, counts.overdue)


def words(report: MailedReport, desk: str) -> str:
    """What the mail says; `desk` is the address of the desk, '' where none is set."""
    last = report.until - timedelta(days=1)
    lines = [
        f"Plaintes reçues du {short_date(report.since)} au {short_date(last)} : {report.received}.",
        f"Décidées à temps : {report.decided} ; en retard : {report.decided_late}.",
        f"Ouvertes aujourd'hui : {report.open}, dont {report.overdue} en retard.",
        "Les plaintes sensibles n'y sont pas.",
        f"Le détail est au guichet : {desk}/figures" if desk else "Le détail est au guichet.",
    ]
    return "\n".join(lines)
