"""What the notes of a campaign say to staff at the desk and to operators at the command."""

from datetime import datetime

from core.campaigns.notes import Note
from core.outbox.messages import reason_label
from core.text.words import DESK, Readership, label


def note_text(note: Note, audience: Readership) -> str:
    """What a note says to an audience, '' for nothing; the words of a person are as they were written.

    The command shows the gateway's own word, by which an operator finds it in the gateway's manual.
    """
    if note.code is None:
        return note.words or ""
    data = dict(note.data or {})
    if "at" in data:
        data["at"] = datetime.fromisoformat(data["at"])
    if audience is DESK and "reason" in data:
        data["reason"] = reason_label(data["reason"], DESK)
    return label(note.code, audience).format(**data)
