"""Which focal persons are to be told that a case waits for them; of the case itself nothing is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from core.grievances.models import AlertKind
from core.grievances.subjects import Sensitivity
from core.grievances.vocabulary import IS_OPEN
from core.platform import sql
from core.platform.database import writing
from core.staff.agents import Role

BEFORE_THE_EVENING: Final = time(12)
"""From this hour on, on the day that a first answer or a decision is due, its focal persons are told (UTC, as Mali)."""


@dataclass(frozen=True, slots=True)
class FocalWait:
    """A case that waits for a focal person until `due`; `phone` (E.164) or `mail` is where they are told."""

    grievance_id: int
    agent_id: int
    kind: AlertKind
    due: date
    phone: str | None
    mail: str | None


_TO: Final = f"""
FROM grievance LEFT JOIN commune ON commune.pcode = commune_pcode
LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode
JOIN agent ON agent.role = '{Role.FOCAL}' AND disabled_at IS NULL
    AND (absent_until IS NULL OR absent_until < CAST(%(today)s AS date))
    AND (alert_phone IS NOT NULL OR alert_mail IS NOT NULL)
    AND (scope_code IS NULL OR scope_code IN (commune.pcode, cercle.pcode, cercle.region_pcode))
WHERE sensitivity = '{Sensitivity.SENSITIVE}' AND {IS_OPEN}
"""
WAITING: Final = f"""
SELECT * FROM (
    SELECT grievance.id AS grievance_id, agent.id AS agent_id, '{AlertKind.NEW}' AS kind, next_due AS due,
        alert_phone AS phone, alert_mail AS mail {_TO} AND assigned_to IS NULL
    UNION ALL
    SELECT grievance.id, agent.id, '{AlertKind.DUE}', next_due, alert_phone, alert_mail {_TO}
        AND (assigned_to IS NULL OR assigned_to = agent.id) AND next_due <= CAST(%(today)s AS date)
        AND CAST(%(evening)s AS boolean)
) AS waiting
WHERE NOT EXISTS (SELECT FROM focal_alert WHERE focal_alert.grievance_id = waiting.grievance_id
    AND focal_alert.agent_id = waiting.agent_id AND focal_alert.kind = waiting.kind)
ORDER BY agent_id, grievance_id, kind
"""  # noqa: S608
TAKE: Final = """
INSERT INTO focal_alert (grievance_id, agent_id, kind, at) VALUES (%(grievance_id)s, %(agent_id)s, %(kind)s, %(now)s)
ON CONFLICT DO NOTHING
"""
NOT_TOLD: Final = """
DELETE FROM focal_alert WHERE grievance_id = %(grievance_id)s AND agent_id = %(agent_id)s AND kind = %(kind)s
"""


async def waiting(now: datetime) -> list[FocalWait]:
    """What is to be told: a case that nobody has yet, once; and from noon on that its day ends, once."""
    evening = now.time() >= BEFORE_THE_EVENING
    return await sql.rows(FocalWait, WAITING, {"today": now.date(), "evening": evening})


async def take(waits: Sequence[FocalWait], now: datetime) -> list[FocalWait]:
    """Note that it is told, before it is; give those that nobody else noted: each is told once, by one process."""
    async with writing():
        return [each for each in waits if await sql.execute(TAKE, _key(each) | {"now": now})]


async def not_told(waits: Sequence[FocalWait]) -> None:
    """Write down that what was taken reached nobody: it waits again."""
    async with writing():
        for each in waits:
            await sql.execute(NOT_TOLD, _key(each))


def _key(wait: FocalWait) -> dict[str, object]:
    return {"grievance_id": wait.grievance_id, "agent_id": wait.agent_id, "kind": wait.kind.value}
