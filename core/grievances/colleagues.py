"""Who a grievance may be given to."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from core.grievances.rules import REACHES, WORKS_ON
from core.grievances.subjects import Sensitivity
from core.platform import sql
from core.platform.columns import listed
from core.staff.agents import Role, Scope
from core.staff.permissions import ALLOWED


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a grievance may be given to."""

    id: int
    name: str
    role: Role
    scope_kind: Scope


_WORKS: Final = " ".join(
    f"WHEN '{sensitivity}' THEN agent.role IN {listed(ALLOWED[permission])}"
    for sensitivity, permission in WORKS_ON.items()
)
_REACHES: Final = " ".join(f"WHEN '{scope}' THEN level IN {listed(levels)}" for scope, levels in REACHES.items())

FITS: Final = f"""agent.disabled_at IS NULL
    AND (agent.absent_until IS NULL OR agent.absent_until < CAST(%(today)s AS date)) AND CASE sensitivity {_WORKS} END
    AND (agent.scope_code IS NULL OR agent.scope_code IN (commune.pcode, cercle.pcode, cercle.region_pcode))
    AND NOT (reopen_count > 0 AND agent.id IS NOT DISTINCT FROM decided_by)
    AND (sensitivity = '{Sensitivity.SENSITIVE}' OR CASE agent.scope_kind {_REACHES} END)"""
"""SQL: whether a grievance, its commune and cercle beside it, may be given to an agent `today`."""

MAY_HAVE: Final = f"""
SELECT agent.id, agent.name, agent.role, agent.scope_kind FROM grievance
LEFT JOIN commune ON commune.pcode = grievance.commune_pcode LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode
JOIN agent ON {FITS}
WHERE reference = %(reference)s ORDER BY agent.name, agent.id
"""  # noqa: S608 - our own words


async def may_have(reference: str, today: date) -> tuple[Colleague, ...]:
    """Who may be given a grievance: who is there, sees it, works on its level, and did not decide what is appealed."""
    return tuple(await sql.rows(Colleague, MAY_HAVE, {"reference": reference, "today": today}))
