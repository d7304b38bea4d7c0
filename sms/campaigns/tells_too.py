"""What a plan tells of other rounds, with an example, and what another campaign's messages tell of its own.

Whoever approves a plan sees what is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.campaigns.notes import NoteCode
from core.platform import sql


@dataclass(frozen=True, slots=True)
class TellsToo:
    """How many people are told of other rounds too, with the longest of these texts ('' for none).

    `told_with` are the campaigns whose messages tell people of this round, with how many.
    """

    people: int
    body: str
    told_with: Mapping[str, int]


TELLS_TOO: Final = f"""
SELECT coalesce(CAST(planned.note_data -> 'together' ->> 'people' AS integer), 0) AS people,
    coalesce((SELECT body FROM message_text
        WHERE id = CAST(planned.note_data -> 'together' ->> 'text' AS integer)), '') AS body,
    coalesce(planned.note_data -> 'told_with', '{{}}') AS told_with
FROM (
    SELECT note_data FROM campaign_change
    WHERE campaign_id = %(id)s AND note_code = '{NoteCode.PLANNED}' ORDER BY id DESC LIMIT 1
) AS planned
"""  # noqa: S608 - our own words


async def tells_too(campaign_id: int) -> TellsToo:
    """What the last plan of a campaign tells of other rounds, and who is told of its own by others."""
    return await sql.row(TellsToo, TELLS_TOO, {"id": campaign_id}) or TellsToo(0, "", {})
