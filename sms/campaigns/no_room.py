"""What the texts of a plan have no room for, and for how many people."""

from typing import Final

from core.campaigns.notes import NoteCode
from core.platform import sql
from sms.outbox.composing import TextPiece

NO_ROOM: Final = f"""
SELECT note_data -> 'left_out' FROM campaign_change
WHERE campaign_id = %(id)s AND note_code = '{NoteCode.PLANNED}' ORDER BY id DESC LIMIT 1
"""  # noqa: S608 - our own words


async def no_room(campaign_id: int) -> dict[TextPiece, int]:
    """How many people the last plan tells without each piece, in the order of need; a plan of before knows nothing."""
    people: dict[str, int] = await sql.scalar(NO_ROOM, {"id": campaign_id}) or {}
    return {piece: people[piece] for piece in TextPiece if people.get(piece)}
