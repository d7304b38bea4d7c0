"""Notes of campaigns: a code of ours with its data, or the words of a person."""

from datetime import UTC, datetime

import pytest

from core.campaigns.notes import NOTHING, Note, NoteCode
from core.text.words import COMMAND, DESK
from sms.campaigns.notes import note_text

AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
EXAMPLES = (
    (Note.of(NoteCode.PLANNED, recipients=2, parts=3), "2 destinataires, 3 SMS", "2 recipients, 3 parts"),
    (Note.of(NoteCode.SCHEDULED, at=AT), "pour le 24/11/2026 à 14:00", "for 2026-11-24 14:00"),
    (Note.of(NoteCode.SENT_AGAIN, count=4), "4 incertains : renvoyés", "4 uncertain: sent again"),
    (
        Note.of(NoteCode.GATEWAY, reason="no_balance"),
        "il n'y a plus de crédit chez la passerelle SMS",
        "no balance left at the gateway",
    ),
    (Note.of(NoteCode.GATEWAY, reason="HTTP 401"), "autre raison : HTTP 401", "HTTP 401"),
    (Note(words="Tour {repoussé}"), "Tour {repoussé}", "Tour {repoussé}"),
    (NOTHING, "", ""),
)


@pytest.mark.parametrize(("note", "desk", "command"), EXAMPLES)
def test_a_note_is_read_at_the_desk_and_at_the_command(note: Note, desk: str, command: str) -> None:
    assert (note_text(note, DESK), note_text(note, COMMAND)) == (desk, command)
