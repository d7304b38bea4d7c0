"""The book of alarms: what stands still now, who tells it, and what is over; written by several workers, told once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from core.alarms.models import AlarmKind
from core.platform import sql

AGAIN: Final = timedelta(minutes=3)
"""So long after it reached nobody an alarm is tried again."""


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm that is not over, or whose end was not told yet; `detail` is what its words need."""

    id: int
    kind: AlarmKind
    about: str
    detail: dict[str, Any]
    since: datetime
    told_at: datetime | None
    over_at: datetime | None


_COLUMNS: Final = "id, kind, about, detail, since, told_at, over_at"
OPEN: Final = f"SELECT {_COLUMNS} FROM alarm WHERE over_at IS NULL ORDER BY since, id"  # noqa: S608 - our own words
RAISE: Final = """
INSERT INTO alarm (kind, about, detail, since) VALUES (%(kind)s, %(about)s, %(detail)s, %(now)s)
ON CONFLICT (kind, about) WHERE over_at IS NULL DO NOTHING
"""
END: Final = """
UPDATE alarm SET over_at = %(now)s, over_told_at = CASE WHEN told_at IS NULL THEN CAST(%(now)s AS timestamptz) END
WHERE id = %(id)s AND over_at IS NULL
"""
"""What was over before anybody was told is not told."""

TAKE: Final = f"""
UPDATE alarm SET told_at = coalesce(told_at, %(now)s), taken_until = NULL,
    over_told_at = CASE WHEN over_at IS NOT NULL THEN CAST(%(now)s AS timestamptz) END
WHERE id = (
    SELECT id FROM alarm
    WHERE (over_at IS NULL AND told_at IS NULL OR over_at IS NOT NULL AND over_told_at IS NULL)
      AND (taken_until IS NULL OR taken_until < %(now)s)
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING {_COLUMNS}
"""  # noqa: S608
NOT_TOLD: Final = """
UPDATE alarm SET taken_until = %(until)s, told_at = CASE WHEN CAST(%(over)s AS boolean) THEN told_at END,
    over_told_at = CASE WHEN NOT CAST(%(over)s AS boolean) AND over_at IS NOT NULL
        THEN CAST(%(now)s AS timestamptz) END
WHERE id = %(id)s
"""
LATELY: Final = f"""
SELECT {_COLUMNS} FROM alarm WHERE over_at IS NULL OR over_at > %(since)s
ORDER BY over_at IS NOT NULL, since DESC, id DESC
"""  # noqa: S608


async def open_alarms() -> list[OpenAlarm]:
    """What stands still now, the oldest first."""
    return await sql.rows(OpenAlarm, OPEN)


async def raise_alarm(kind: AlarmKind, about: str, detail: Mapping[str, object], now: datetime) -> bool:
    """Write down that something stands still; False where that is in the book already."""
    values = {"kind": kind.value, "about": about, "detail": Jsonb(dict(detail)), "now": now}
    return await sql.execute(RAISE, values) > 0


async def end(alarm: OpenAlarm, now: datetime) -> None:
    """Write down that something is over."""
    await sql.execute(END, {"id": alarm.id, "now": now})


async def forget(before: datetime) -> None:
    """Take away what was over before a moment."""
    await sql.execute("DELETE FROM alarm WHERE over_at < %(before)s", {"before": before})


async def standing_or_over_since(since: datetime) -> list[OpenAlarm]:
    """What stands still now, and what was over after a moment; what stands still first, the newest first."""
    return await sql.rows(OpenAlarm, LATELY, {"since": since})


async def take(now: datetime) -> OpenAlarm | None:
    """The next alarm, or end of one, that is to be told: noted as told, for whoever asks here, before it is.

    So nobody tells it twice, whoever ends between sending and noting; who ends between noting and sending leaves it to
    the desk, which shows it.
    """
    return await sql.row(OpenAlarm, TAKE, {"now": now})


async def not_told(alarm: OpenAlarm, now: datetime) -> None:
    """Write down that an alarm, or its end, was taken and reached nobody: a while later it is taken again."""
    over = alarm.over_at is not None
    await sql.execute(NOT_TOLD, {"id": alarm.id, "now": now, "until": now + AGAIN, "over": over})
