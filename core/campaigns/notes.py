"""What is noted with a change of a campaign: a code of ours with its data, or the words of whoever decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from core.text.words import COMMAND, DESK, Word, called


class NoteCode(Word):
    """What we note ourselves; a label is filled in with the data that stands behind the code here."""

    PLANNED = "planned"
    """`recipients`, `parts`; `left_out`, how many people get a text without each piece; `together` and
    `told_with`, how many are told of other rounds too, and by other rounds' campaigns of this one."""
    FIRST_APPROVAL = "first_approval"
    APPROVED = "approved"
    BY_ANNOUNCEMENT = "by_announcement"
    SCHEDULED = "scheduled"
    """`at`, an ISO moment."""
    NOBODY_TO_TELL = "nobody_to_tell"
    SENT_AGAIN = "sent_again"
    """`count`."""
    LEFT = "left"
    """`count`."""
    LEFT_TO_SEND = "left_to_send"
    NOT_PLANNED = "not_planned"
    BY_HAND = "by_hand"
    GATEWAY = "gateway"
    """`reason`, the gateway's own word."""
    RESTORED = "restored"
    ONCE_MORE = "once_more"
    """`count`."""


called(
    NoteCode,
    DESK,
    {
        NoteCode.PLANNED: "{recipients} destinataires, {parts} SMS",
        NoteCode.FIRST_APPROVAL: "première approbation ; il en faut une seconde",
        NoteCode.APPROVED: "approuvée",
        NoteCode.BY_ANNOUNCEMENT: "par l'approbation de l'annonce",
        NoteCode.SCHEDULED: "pour le {at:%d/%m/%Y} à {at:%H:%M}",
        NoteCode.NOBODY_TO_TELL: "personne à prévenir",
        NoteCode.SENT_AGAIN: "{count} incertains : renvoyés",
        NoteCode.LEFT: "{count} incertains : laissés",
        NoteCode.LEFT_TO_SEND: "il restait des SMS à envoyer",
        NoteCode.NOT_PLANNED: "le plan n'a pas pu être fait ; recommencez, puis prévenez l'administrateur",
        NoteCode.BY_HAND: "mise en pause à la main",
        NoteCode.ONCE_MORE: "{count} téléphones étaient éteints : envoyés encore une fois",
        NoteCode.RESTORED: "la base vient d'une sauvegarde : une partie est peut-être déjà partie",
        NoteCode.GATEWAY: "{reason}",
    },
)
called(
    NoteCode,
    COMMAND,
    {
        NoteCode.PLANNED: "{recipients} recipients, {parts} parts",
        NoteCode.FIRST_APPROVAL: "first approval; a second is needed",
        NoteCode.APPROVED: "approved",
        NoteCode.BY_ANNOUNCEMENT: "by the approval of the announcement",
        NoteCode.SCHEDULED: "for {at:%Y-%m-%d %H:%M}",
        NoteCode.NOBODY_TO_TELL: "nobody to tell",
        NoteCode.SENT_AGAIN: "{count} uncertain: sent again",
        NoteCode.LEFT: "{count} uncertain: left",
        NoteCode.LEFT_TO_SEND: "something is left to send",
        NoteCode.NOT_PLANNED: "the plan could not be made",
        NoteCode.BY_HAND: "paused by hand",
        NoteCode.ONCE_MORE: "{count} phones were off: sent once more",
        NoteCode.RESTORED: "the database comes from a back-up: part of it may have left",
        NoteCode.GATEWAY: "{reason}",
    },
)


@dataclass(frozen=True, slots=True)
class Note:
    """A code with its data, or the `words` of a person; nothing of either where there is nothing to say."""

    code: NoteCode | None = None
    data: Mapping[str, Any] | None = None
    words: str | None = None

    @classmethod
    def of(cls, code: NoteCode, **data: object) -> Self:
        """A note of our own; a moment is kept in ISO."""
        kept = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}
        return cls(code, kept or None)


NOTHING: Final = Note()
