"""What the notes of a campaign say to staff at the desk and to operators at the command."""

from datetime import datetime

from core.campaigns.notes import Note
from core.text.formats import number_phrase
from core.text.words import Readership, label
from sms.outbox.reasons import reason_label


def note_text(note: Note, audience: Readership) -> str:
    """What a note says to an audience, '' for nothing; the words of a person are as they were written."""
    if note.code is None:
        return note.words or ""
    data = dict(note.data or {})
    if "at" in data:
        data["at"] = datetime.fromisoformat(data["at"])
    data |= {name: number_phrase(value) for name, value in data.items() if isinstance(value, int)}
    if "reason" in data:
        data["reason"] = reason_label(data["reason"], audience)
    return label(note.code, audience).format(**data)
