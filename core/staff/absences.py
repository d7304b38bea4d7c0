"""Who does not work up to a day: noted by administrators, by supervisors for the agents of their place, by oneself."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from core.platform import sql
from core.platform.database import DatabaseTask, goes_by, writing
from core.staff import audit
from core.staff.acts import Act
from core.staff.administration import NoReason
from core.staff.agents import Actor, Role
from core.staff.permissions import NotAllowed, Permission, may


@dataclass(frozen=True, slots=True)
class Absentee:
    """Somebody whose absence may be noted; `absent_until` is the last day of one, be it past."""

    id: int
    login: str
    name: str
    role: Role
    absent_until: date | None


OF_ACTOR: Final = f"""
SELECT agent.id, login, agent.name, role, absent_until FROM agent
LEFT JOIN commune ON commune.pcode = scope_code
LEFT JOIN cercle ON cercle.pcode = coalesce(commune.cercle_pcode, scope_code)
WHERE disabled_at IS NULL AND (%(all)s AND role <> '{Role.ADMINISTRATOR}' OR agent.id = %(me)s
    OR %(leads)s AND role = '{Role.AGENT}' AND (CAST(%(place)s AS varchar) IS NULL
        OR %(place)s IN (scope_code, cercle.pcode, cercle.region_pcode)))
ORDER BY agent.id <> %(me)s, agent.name, agent.id
"""  # noqa: S608 - our own words
NOTE: Final = "UPDATE agent SET absent_until = %(until)s WHERE id = %(id)s"


@goes_by(DatabaseTask.SIGN_IN)
async def whose_absence(actor: Actor) -> tuple[Absentee, ...]:
    """Those whose absence `actor` notes, themselves first."""
    asked = {
        "me": actor.id,
        "all": may(actor, Permission.MANAGE_PEOPLE),
        "leads": may(actor, Permission.NOTE_ABSENCES),
        "place": actor.scope_code,
    }
    return tuple(await sql.rows(Absentee, OF_ACTOR, asked))


@goes_by(DatabaseTask.SIGN_IN)
async def be_absent(actor: Actor, agent_id: int, until: date | None, why: str, now: datetime) -> None:
    """Somebody does not work up to a day, or works again; nothing is given to them meanwhile.

    A reason is asked of another's absence, and none of one's own. Raises NotAllowed and NoReason.
    """
    async with writing():
        person = next((each for each in await whose_absence(actor) if each.id == agent_id), None)
        if person is None:
            raise NotAllowed(f"to note the absence of {agent_id}")
        if not why.strip() and agent_id != actor.id:
            raise NoReason(person.login)
        await sql.execute(NOTE, {"id": agent_id, "until": until})
        detail = {"absent_until": until.isoformat() if until else None, "why": why.strip() or None}
        await audit.record(actor.id, Act.PERSON_CHANGED, f"agent {person.login}", now, detail)
